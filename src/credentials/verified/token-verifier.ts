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
  /** How long a verification may take, with keys that are fetched twice. */
  readonly verifyMs: number;
}

const DEFAULT_LIMITS: VerifyLimits = { fetchMs: 5_000, verifyMs: 8_000 };

/** A token that was found good. */
export interface CheckedToken extends Token {
  readonly issuer: string;
  /** Why only its claims were checked. */
  readonly unverified?: CredentialsError;
  /** What to tell of how its signature was checked. */
  readonly note?: string;
}

/** Issuer and end of a token, for the log. */
export function describeToken({ issuer, expiresAt }: CheckedToken): string {
  return `issuer ${issuer}, ${expiresAt === undefined ? "does not expire" : `expires ${iso(expiresAt)}`}`;
}

export interface TokenVerifierOptions {
  /** A CA to trust in place of those that the process trusts. */
  readonly ca?: string;
  /** The time, in ms. */
  readonly now: () => number;
  readonly limits?: VerifyLimits | undefined;
}

/** Finds out whether a token is what the configuration wants. */
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
 * The keys come from the issuer each time: it happens seldom, and a key that was withdrawn is not believed while the issuer
 * answers. What the token's header says of keys (`jwk`, `jku`, `x5c`) counts for nothing.
 */
async function checkSignature(token: Token, address: KeysAddress, keys: JWTVerifyGetKey): Promise<void> {
  const { text, algorithm, keyId } = token;
  const { href } = address.url;
  const options = { algorithms: [algorithm] };
  try {
    await compactVerify(text, keys, options).catch(async (error: unknown) => {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      // The token does not say which key it was: one of them will do.
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
      const problem = `has a bad signature: it does not fit the key of the issuer at ${href}`;
      throw new CredentialsError("bad-signature", problem, error);
    }
    throw keysUnavailable(address, error);
  }
}

/** @throws what is not about the signature */
function isMismatch(error: unknown): false {
  if (error instanceof errors.JWSSignatureVerificationFailed) return false;
  throw error;
}
