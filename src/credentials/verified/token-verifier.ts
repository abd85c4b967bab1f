import { compactVerify, errors, type JWTVerifyGetKey } from "jose";
import type { CredentialsConfig } from "../../config/index.ts";
import { withTimeout } from "../../shared/time.ts";
import { checkAudience, checkTimes, iso, issuerOf } from "./claims.ts";
import { CredentialsError } from "./credentials-error.ts";
import { issuerKeys, type KeysAddress, keysUnavailable, keysUrl } from "./issuer-keys.ts";
import { KeptKeys } from "./kept-keys.ts";
import { readToken, shown, type Token } from "./token.ts";

export interface VerifyLimits {
  /** How long the issuer may take to answer. */
  readonly fetchMs: number;
  /** How long a verification may take, including a second fetch of the keys. */
  readonly verifyMs: number;
}

const DEFAULT_LIMITS: VerifyLimits = { fetchMs: 5_000, verifyMs: 8_000 };

/** A valid token. */
export interface CheckedToken extends Token {
  readonly issuer: string;
  /** Why only its claims were checked. */
  readonly unverified?: CredentialsError;
  /** How its signature was checked, when that is worth logging. */
  readonly note?: string;
}

/** Issuer and expiry of a token, for the log. */
export function describeToken({ issuer, expiresAt }: CheckedToken): string {
  return `issuer ${issuer}, ${expiresAt === undefined ? "does not expire" : `expires ${iso(expiresAt)}`}`;
}

export interface TokenVerifierOptions {
  /** A CA to trust instead of those of the process. */
  readonly ca?: string;
  /** The current time, in ms. */
  readonly now: () => number;
  readonly limits?: VerifyLimits | undefined;
}

/** Checks whether a token is valid for this configuration. */
export class TokenVerifier {
  readonly #config: CredentialsConfig;
  readonly #options: TokenVerifierOptions;
  readonly #kept: KeptKeys;

  constructor(config: CredentialsConfig, options: TokenVerifierOptions) {
    this.#config = config;
    this.#options = options;
    this.#kept = new KeptKeys(options.now);
  }

  /**
   * Checks form, algorithm, issuer, signature and claims, in this order. Where the issuer's keys cannot be had, those that
   * it had a while ago do; without them, and where the configuration is lenient, the signature is left out, and the result
   * says why.
   * @throws CredentialsError with what is wrong first
   */
  async verify(text: string): Promise<CheckedToken> {
    const { auth0Domain, auth0Audience } = this.#config;
    const token = readToken(text);
    const issuer = issuerOf(token, auth0Domain);
    const signature = await this.#checkSignature(token, keysUrl(issuer));
    checkAudience(token, auth0Audience);
    checkTimes(token, this.#options.now());
    return { ...token, issuer: issuer.href, ...signature };
  }

  async #checkSignature(token: Token, url: URL): Promise<Pick<CheckedToken, "unverified" | "note">> {
    const { fetchMs, verifyMs } = this.#options.limits ?? DEFAULT_LIMITS;
    const address = { url, limitMs: fetchMs };
    const tooLate = () => keysUnavailable(address, new Error(`no answer within ${verifyMs / 1000} s`));
    const keys = issuerKeys(address, this.#options.ca);
    try {
      await withTimeout(checkSignature(token, address, keys), verifyMs, tooLate);
      this.#kept.keep(url, keys.jwks());
      return {};
    } catch (error) {
      if (!(error instanceof CredentialsError) || error.code !== "keys-unavailable") throw error;
      const since = await this.#kept.check(url, (kept) => checkSignature(token, address, kept));
      if (since !== undefined)
        return { note: `is verified with the issuer's keys of ${iso(since)}, since it ${error.problem}` };
      if (this.#config.strict) throw error;
      return { unverified: error };
    }
  }
}

/**
 * Fetches the keys every time: it happens rarely, and a revoked key is not accepted while the issuer answers. Keys in the
 * token's header (`jwk`, `jku`, `x5c`) are ignored.
 */
async function checkSignature(token: Token, address: KeysAddress, keys: JWTVerifyGetKey): Promise<void> {
  const { text, algorithm, keyId } = token;
  const { href } = address.url;
  const options = { algorithms: [algorithm] };
  try {
    await compactVerify(text, keys, options).catch(async (error: unknown) => {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // The token does not name its key: any of them may fit.
      for await (const key of error) {
        const fits = await compactVerify(text, key, options).then(() => true, isMismatch);
        if (fits) return;
      }
      throw new errors.JWSSignatureVerificationFailed();
    });
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) {
      const key = keyId === undefined ? `no ${algorithm} key` : `no ${algorithm} key with the id ${shown(keyId)}`;
      const problem = `is signed with an unknown key: ${key} is among those at ${href}`;
      throw new CredentialsError("unknown-key", problem, error);
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      const problem = `has a bad signature: it does not match the issuer's key at ${href}`;
      throw new CredentialsError("bad-signature", problem, error);
    }
    throw keysUnavailable(address, error);
  }
}

/** @throws any error that is not about the signature */
function isMismatch(error: unknown): false {
  if (error instanceof errors.JWSSignatureVerificationFailed) return false;
  throw error;
}
