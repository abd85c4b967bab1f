import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { CredentialsConfig } from "../../src/config/index.ts";
import { CredentialsError, type OpenCredentials } from "../../src/credentials/verified/index.ts";
import { withRemedies } from "../../src/shared/runner-error.ts";
import { type TestAuthority, testAuthority } from "../support/certificates.ts";
import { pause, until } from "../support/eventually.ts";
import { keyTrial } from "../support/key-trial.ts";
import { type MountedSecret, mountedSecret } from "../support/mounted-secret.ts";
import { AUDIENCE, type TokenIssuer, tokenIssuer } from "../support/token-issuer.ts";

const HOUR = 3_600_000;
const POLL_MS = 20;
const OPENER = join(import.meta.dir, "../support/credentials-opener.ts");

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

/** A start with a key of this issuer; the test may stop the clock. */
function trial(source: CredentialsConfig["source"], strict = false) {
  const clock: { now?: number } = {};
  const config = { source, strict, auth0Domain: issuer.domain, auth0Audience: AUDIENCE };
  const options = {
    ca: authority.ca,
    pollMs: POLL_MS,
    again: { initialMs: 50, maxMs: 100 },
    now: () => clock.now ?? Date.now(),
  };
  return { ...keyTrial(config, options), clock };
}

/** A start with a token in a file that is mounted. */
async function mounted(token: string, strict = false) {
  const secret = await mountedSecret(`${token}\n`);
  return { secret, ...trial({ file: secret.file }, strict) };
}

async function statusOf(open: OpenCredentials): Promise<string> {
  return (await open.check.check())?.status ?? "ok";
}

async function reasonOf(open: OpenCredentials): Promise<string> {
  const problem = await open.check.check();
  return withRemedies(problem?.reason ?? "", problem?.remedies ?? []);
}

const unavailable = () => new Response("", { status: 503 });
/** A signature that fits nothing. */
const forged = (token: string) => `${token.slice(0, token.lastIndexOf(".") + 1)}${"A".repeat(342)}`;

/** Long enough for the file to be looked at several times. */
const severalLooks = () => pause(POLL_MS * 8);

/** Waits until the next call would use the token. */
async function inUse(open: OpenCredentials, token: string): Promise<void> {
  await until("the token is in use", () => open.credentials.apiKey() === token);
}

async function leave(secret: MountedSecret, open: OpenCredentials): Promise<void> {
  open.close();
  await secret[Symbol.asyncDispose]();
}

describe("an API key in a file", () => {
  test("is used for the next call after it changed, and neither key is ever shown", async () => {
    const [first, second] = [await issuer.token(), await issuer.token({ jti: "second" }, { algorithm: "ES256" })];
    const { secret, mask, lines, unmasked, open } = await mounted(first);
    const opened = await open();
    expect(opened.credentials.apiKey()).toBe(first);
    await secret.write(second);
    await inUse(opened, second);
    expect(await statusOf(opened)).toBe("ok");
    expect(lines.join()).toContain(`A new API key is used, from ${secret.file}: issuer ${issuer.url}, expires 20`);
    expect(mask.mask(`${first} ${second}`)).toBe("*** ***");
    for (const part of [...first.split("."), ...second.split(".")]) expect(unmasked.join()).not.toContain(part);
    await leave(secret, opened);
  });

  test("that is invalid is not used: it is logged once and degrades the check until a valid one comes", async () => {
    const first = await issuer.token();
    const { secret, mask, lines, unmasked, open } = await mounted(first);
    const opened = await open();
    const bad = [
      [await issuer.token({ exp: 1_700_000_000 }), "expired at 2023-11-14T22:13:20Z"],
      [forged(first), "bad signature"],
      ["no-token-at-all", "not a usable JWT"],
      [await issuer.token({ aud: "https://other/" }), "another audience"],
    ] as const;
    for (const [token, words] of bad) {
      lines.length = 0;
      await secret.write(token);
      await until(words, async () => (await reasonOf(opened)).includes(words));
      await severalLooks();
      expect(opened.credentials.apiKey()).toBe(first);
      expect(await statusOf(opened)).toBe("degraded");
      expect(lines).toHaveLength(1);
      expect(lines.join()).toContain(
        "ERROR - The new API key is not accepted, the one in use stays: The token of STIGMER",
      );
      expect(mask.mask(token)).toBe("***");
      expect(unmasked.join()).not.toContain(token.split(".").at(-1) ?? token);
    }
    const good = await issuer.token({ jti: "good" });
    await secret.write(good);
    await inUse(opened, good);
    expect(await statusOf(opened)).toBe("ok");
    await leave(secret, opened);
  });

  test("that is missing, empty or not a file keeps the key in use, and the check recovers when it is back", async () => {
    const token = await issuer.token();
    const { secret, lines, open } = await mounted(token);
    const opened = await open();
    await secret.remove();
    await until("gone", async () => (await reasonOf(opened)).includes("ENOENT"));
    await severalLooks();
    expect(lines).toHaveLength(1);
    await secret.write("\n");
    await until("empty", async () => (await reasonOf(opened)).includes("the file is empty"));
    expect(await statusOf(opened)).toBe("degraded");
    expect(opened.credentials.apiKey()).toBe(token);
    await secret.write(token);
    await until("back", async () => (await statusOf(opened)) === "ok");
    expect(lines.at(-1)).toContain("is the one in use again");
    await leave(secret, opened);
  });

  test("signed with a key that the issuer publishes later is used from then on", async () => {
    const { secret, lines, open } = await mounted(await issuer.token());
    const opened = await open();
    const old = issuer.keys;
    await issuer.rotate();
    issuer.answer(() => Response.json({ keys: old }));
    const next = await issuer.token();
    await secret.write(next);
    await until("unknown", async () => (await reasonOf(opened)).includes("unknown key"));
    await severalLooks();
    issuer.answer();
    await inUse(opened, next);
    expect(lines.filter((line) => line.includes("ERROR"))).toHaveLength(1);
    await leave(secret, opened);
  });

  test("is verified with cached keys for a day while the issuer is unavailable", async () => {
    for (const strict of [false, true]) {
      const far = Math.floor(Date.now() / 1000) + 90 * 86_400;
      const { secret, clock, lines, open } = await mounted(await issuer.token({ exp: far }), strict);
      const opened = await open();
      issuer.answer(unavailable);
      const next = await issuer.token({ jti: "next", exp: far });
      await secret.write(next);
      await inUse(opened, next);
      expect(await statusOf(opened)).toBe("ok");
      expect(lines.join()).toMatch(/WARN.*is verified with the issuer's keys of 20.*Z, since it .*HTTP 503/);
      // One that they do not fit is bad, as ever.
      await secret.write(forged(next));
      await until("refused", async () => (await reasonOf(opened)).includes("bad signature"));
      clock.now = Date.now() + 25 * HOUR;
      const late = await issuer.token({ jti: "late", exp: far });
      await secret.write(late);
      await until("said", async () => (await reasonOf(opened)).includes("HTTP 503"));
      expect(opened.credentials.apiKey()).toBe(strict ? next : late);
      issuer.answer();
      clock.now += HOUR;
      await inUse(opened, late);
      await until("verified", async () => (await statusOf(opened)) === "ok");
      await leave(secret, opened);
    }
  });

  test("signed with a new key of an unavailable issuer is used at once if lenient, else when the issuer is back", async () => {
    for (const strict of [false, true]) {
      const { secret, open } = await mounted(await issuer.token(), strict);
      const opened = await open();
      await issuer.rotate();
      issuer.answer(unavailable);
      const next = await issuer.token({ jti: "next" });
      await secret.write(next);
      await until("said", async () => (await reasonOf(opened)).includes("HTTP 503"));
      expect(opened.credentials.apiKey() === next).toBe(!strict);
      issuer.answer();
      await inUse(opened, next);
      await until("verified", async () => (await statusOf(opened)) === "ok");
      await leave(secret, opened);
    }
  });

  test("fails the start when it is invalid or missing", async () => {
    const { secret, open } = await mounted("no token");
    const refused = await open().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CredentialsError);
    expect(String(refused)).toContain(`The token of STIGMER_API_KEY_FILE (${secret.file}) is not a usable JWT`);
    await secret.remove();
    await expect(open()).rejects.toThrow(`(${secret.file}) cannot be read: ENOENT`);
    await secret[Symbol.asyncDispose]();
  });

  test("is no longer read after closing", async () => {
    const token = await issuer.token();
    const { secret, lines, open } = await mounted(token);
    const opened = await open();
    opened.close();
    await secret.write("bad");
    await severalLooks();
    expect(lines).toEqual([]);
    await leave(secret, opened);
  });
});

describe("an API key that could not be verified at the start", () => {
  test("is verified when the issuer answers again", async () => {
    issuer.answer(unavailable);
    const { lines, open } = trial({ key: await issuer.token() });
    using opened = await open();
    expect(await reasonOf(opened)).toContain("only its claims are checked so far");
    await severalLooks();
    issuer.answer();
    await until("verified", async () => (await statusOf(opened)) === "ok");
    expect(lines).toHaveLength(2);
    expect(lines.at(-1)).toContain("✅ API key verified: issuer https://");
  });

  test("and turns out to be invalid makes the runner not ready, until a valid one comes", async () => {
    issuer.answer(unavailable);
    const { secret, lines, open } = await mounted(forged(await issuer.token()));
    const opened = await open();
    issuer.answer();
    await until("found bad", async () => (await statusOf(opened)) === "failed");
    expect(await reasonOf(opened)).toContain("has a bad signature");
    await severalLooks();
    const errors = lines.filter((line) => line.includes("ERROR"));
    expect(errors).toHaveLength(1);
    expect(errors.join()).toContain("The API key in use is not valid: The token of STIGMER_API_KEY_FILE");
    await secret.write(await issuer.token());
    await until("the check recovers", async () => (await statusOf(opened)) === "ok");
    await leave(secret, opened);
  });
});

describe("an expiring API key", () => {
  test("degrades the check a day before; once it has expired the runner is not ready, until a new one comes", async () => {
    const end = Math.floor(Date.now() / 1000) * 1000 + 48 * HOUR;
    const { secret, clock, open } = await mounted(await issuer.token({ exp: end / 1000 }));
    const opened = await open();
    clock.now = end - 24 * HOUR - 1;
    expect(await statusOf(opened)).toBe("ok");
    clock.now = end - 3 * HOUR;
    expect(await opened.check.check()).toEqual({
      status: "degraded",
      reason: `it expires at ${new Date(end).toISOString().slice(0, 19)}Z, in 3 h 0 min`,
      remedies: [`Put a new token into ${secret.file}.`],
    });
    clock.now = end + 1;
    expect(await statusOf(opened)).toBe("failed");
    expect(await reasonOf(opened)).toContain("it expired at 20");
    await secret.write(await issuer.token({ exp: end / 1000 + 72 * 3_600 }));
    await until("the check recovers", async () => (await statusOf(opened)) === "ok");
    await leave(secret, opened);
  });

  test("that comes from a variable is reported with how to replace it", async () => {
    const { clock, open } = trial({ key: await issuer.token({ exp: Math.floor(Date.now() / 1000) + 600 }) });
    using opened = await open();
    expect(await statusOf(opened)).toBe("degraded");
    expect(await reasonOf(opened)).toContain("Set a new STIGMER_API_KEY and start the runner again.");
    clock.now = Date.now() + HOUR;
    expect(await statusOf(opened)).toBe("failed");
  });
});

test("an issuer of a private CA is trusted by NODE_EXTRA_CA_CERTS, and only by it", async () => {
  const config = { source: { key: await issuer.token() }, strict: true, auth0Domain: issuer.domain };
  const run = async (env: Record<string, string>) =>
    await Bun.$`${process.execPath} ${OPENER} ${JSON.stringify(config)}`.env({ ...process.env, ...env }).text();
  expect(await run({ NODE_EXTRA_CA_CERTS: authority.caFile })).toStartWith("✅ API key verified: issuer https://");
  expect(await run({})).toContain("its certificate is not accepted");
});
