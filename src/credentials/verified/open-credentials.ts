import type { CloudConfig, CredentialsConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import type { Backoff } from "../../shared/backoff.ts";
import type { HealthCheck } from "../../shared/health.ts";
import type { SecretMask } from "../../shared/secret-mask.ts";
import type { Credentials } from "../credentials.ts";
import { CredentialsError } from "./credentials-error.ts";
import { keySource } from "./key-source.ts";
import { LiveKey } from "./live-key.ts";
import { MaskedTokens } from "./masked-tokens.ts";
import { describeToken, TokenVerifier, type VerifyLimits } from "./token-verifier.ts";

/** How often the token's file is read. Mounted secrets are replaced as a whole, which file watchers miss. */
const POLL_MS = 5_000;
const RETRY = { initialMs: 5_000, maxMs: 300_000 };

export interface CredentialsOptions {
  readonly log: Logger;
  /** Gets every token before anything could log it. */
  readonly mask: SecretMask;
  /** A CA to trust instead of those of the process. */
  readonly ca?: string;
  /** The current time, in ms. */
  readonly now?: () => number;
  readonly pollMs?: number;
  readonly again?: Backoff;
  readonly limits?: VerifyLimits;
}

/** A verified API key that is kept up to date. */
export interface OpenCredentials {
  readonly credentials: Credentials;
  readonly check: HealthCheck;
  /** Log lines that say what was verified. */
  readonly connected: readonly string[];
  /** Its issuer, and when it expires. */
  readonly description: string;
  /** Whose key it is: its issuer, and the organization or client that it was issued for. */
  owner(): string;
  close(): void;
}

/** The API key as it is configured, not verified. @throws CredentialsError if its file cannot be read */
export async function readKey({ source }: CredentialsConfig): Promise<string> {
  return await keySource(source).read();
}

/**
 * Verifies the API key of cloud mode, and follows its file from then on.
 * @throws CredentialsError with what is wrong, within 10 s
 */
export async function openCredentials(
  config: Pick<CloudConfig, "credentials">,
  options: CredentialsOptions,
): Promise<OpenCredentials> {
  const { log, mask, ca, now = Date.now, pollMs = POLL_MS, again = RETRY, limits } = options;
  const source = keySource(config.credentials.source);
  const masked = new MaskedTokens(mask);
  const verifier = new TokenVerifier(config.credentials, { now, limits, ...(ca === undefined ? {} : { ca }) });
  try {
    const text = await source.read();
    masked.add(text);
    const token = await verifier.verify(text);
    const found = token.unverified === undefined ? "✅ API key verified" : "API key not verified yet";
    const key = new LiveKey(token, { source, verifier, masked, log, now, pollMs, again });
    return {
      credentials: key,
      check: { name: "API key", check: async () => key.problem() },
      connected: [`${found}: ${describeToken(token)}`],
      description: describeToken(token),
      owner: () => key.owner(),
      close: () => key.close(),
    };
  } catch (error) {
    throw error instanceof CredentialsError ? error.about(source.input) : error;
  }
}
