import { afterAll, afterEach, beforeAll } from "bun:test";
import type { CredentialsConfig } from "../../src/config/index.ts";
import type { OpenCredentials } from "../../src/credentials/verified/index.ts";
import { withRemedies } from "../../src/shared/runner-error.ts";
import { type TestAuthority, testAuthority } from "./certificates.ts";
import { pause } from "./eventually.ts";
import { type KeyTrial, keyTrial } from "./key-trial.ts";
import { type MountedSecret, mountedSecret } from "./mounted-secret.ts";
import { AUDIENCE, type TokenIssuer, tokenIssuer } from "./token-issuer.ts";

/** How often the file of a key is read. */
const POLL_MS = 20;

/** A start whose clock the test may stop. */
export interface WatchedKey extends KeyTrial {
  readonly clock: { now?: number };
}

/** Starts that watch their key over time. */
export interface KeyWatch {
  readonly issuer: TokenIssuer;
  trial(source: CredentialsConfig["source"], strict?: boolean): WatchedKey;
  /** A start with a token in a file that is mounted. */
  mounted(token: string, strict?: boolean): Promise<WatchedKey & { readonly secret: MountedSecret }>;
}

/** With one issuer for the tests of a file, which answers normally at the start of each. Call it outside of tests. */
export function keyWatch(): KeyWatch {
  let authority: TestAuthority;
  let issuer: TokenIssuer;
  beforeAll(async () => {
    authority = await testAuthority();
    issuer = await tokenIssuer(authority);
  });
  afterEach(() => issuer.answer());
  afterAll(async () => {
    await issuer[Symbol.asyncDispose]();
    await authority[Symbol.asyncDispose]();
  });
  const trial = (source: CredentialsConfig["source"], strict = false): WatchedKey => {
    const clock: { now?: number } = {};
    const config = { source, strict, auth0Domain: issuer.domain, auth0Audience: AUDIENCE };
    const options = {
      ca: authority.ca,
      pollMs: POLL_MS,
      again: { initialMs: 50, maxMs: 100 },
      now: () => clock.now ?? Date.now(),
    };
    return { ...keyTrial(config, options), clock };
  };
  return {
    get issuer() {
      return issuer;
    },
    trial,
    async mounted(token, strict = false) {
      const secret = await mountedSecret(`${token}\n`);
      return { secret, ...trial({ file: secret.file }, strict) };
    },
  };
}

export async function statusOf(open: OpenCredentials): Promise<string> {
  return (await open.check.check())?.status ?? "ok";
}

export async function reasonOf(open: OpenCredentials): Promise<string> {
  const problem = await open.check.check();
  return withRemedies(problem?.reason ?? "", problem?.remedies ?? []);
}

/** Long enough for the file to be looked at several times. */
export const severalLooks = (): Promise<void> => pause(POLL_MS * 8);

/** Closes a key, and removes its file. */
export async function closeKey(secret: MountedSecret, open: OpenCredentials): Promise<void> {
  open.close();
  await secret[Symbol.asyncDispose]();
}

/** What an issuer that is unavailable answers. */
export const unavailable = (): Response => new Response("", { status: 503 });

/** The token with a signature that fits nothing. */
export const forged = (token: string): string => `${token.slice(0, token.lastIndexOf(".") + 1)}${"A".repeat(342)}`;
