import { afterAll, afterEach, beforeAll, expect } from "bun:test";
import { CredentialsError, type CredentialsOptions } from "../../src/credentials/verified/index.ts";
import { type TestAuthority, testAuthority } from "./certificates.ts";
import { type KeyTrial, keyTrial } from "./key-trial.ts";
import { AUDIENCE, type TokenIssuer, tokenIssuer } from "./token-issuer.ts";

type Options = Pick<CredentialsOptions, "ca" | "limits">;

/** An issuer of tokens, and starts with its tokens. */
export interface KeyIssuer {
  readonly authority: TestAuthority;
  readonly issuer: TokenIssuer;
  /** Another issuer, whose keys are not those of {@link issuer}. */
  readonly stranger: TokenIssuer;
  /** A start with this token, at {@link issuer}. */
  start(key: string, config?: KeyTrial["config"], options?: Options): KeyTrial;
  /** What the start fails with. The token is in none of it. */
  failure(key: string, config?: KeyTrial["config"], options?: Options): Promise<CredentialsError>;
}

/** One for all tests of a file; the issuer answers normally at the start of each. Call it outside of tests. */
export function keyIssuer(): KeyIssuer {
  let authority: TestAuthority;
  let issuer: TokenIssuer;
  let stranger: TokenIssuer;
  beforeAll(async () => {
    authority = await testAuthority();
    [issuer, stranger] = await Promise.all([tokenIssuer(authority), tokenIssuer(authority)]);
  });
  afterEach(() => issuer.answer());
  afterAll(async () => {
    for (const part of [issuer, stranger, authority]) await part[Symbol.asyncDispose]();
  });
  const start: KeyIssuer["start"] = (key, config = {}, options = {}) => {
    const wanted = { auth0Domain: issuer.domain, auth0Audience: AUDIENCE, ...config };
    return keyTrial({ source: { key }, strict: false, ...wanted }, { ca: authority.ca, ...options });
  };
  return {
    get authority() {
      return authority;
    },
    get issuer() {
      return issuer;
    },
    get stranger() {
      return stranger;
    },
    start,
    async failure(key, config, options) {
      const trial = start(key, config, options);
      const outcome = await trial.open().then(
        (open) => open.close(),
        (error: unknown) => error,
      );
      if (!(outcome instanceof CredentialsError)) throw new Error(`the start ended with ${String(outcome)}`);
      const all = [outcome.message, ...outcome.remedies, Bun.inspect(outcome), ...trial.unmasked].join("\n");
      for (const part of key.split(".").filter((text) => text.length > 8)) expect(all).not.toContain(part);
      expect(outcome.message).toStartWith("STIGMER_API_KEY ");
      expect(outcome.message.length).toBeLessThan(500);
      expect(outcome.remedies.length).toBeGreaterThan(0);
      return outcome;
    },
  };
}
