import { describe, expect, test } from "bun:test";
import { CredentialsError, type OpenCredentials } from "../../src/credentials/verified/index.ts";
import { until } from "../support/eventually.ts";
import { closeKey, forged, keyWatch, reasonOf, severalLooks, statusOf, unavailable } from "../support/key-watch.ts";

const HOUR = 3_600_000;

const watch = keyWatch();

/** Waits until the next call would use the token. */
async function inUse(open: OpenCredentials, token: string): Promise<void> {
  await until("the token is in use", () => open.credentials.apiKey() === token);
}

describe("an API key in a file", () => {
  test("is used for the next call after it changed, and neither key is ever shown", async () => {
    const [first, second] = [
      await watch.issuer.token(),
      await watch.issuer.token({ jti: "second" }, { algorithm: "ES256" }),
    ];
    const { secret, mask, lines, unmasked, open } = await watch.mounted(first);
    const opened = await open();
    expect(opened.credentials.apiKey()).toBe(first);
    await secret.write(second);
    await inUse(opened, second);
    expect(await statusOf(opened)).toBe("ok");
    expect(lines.join()).toContain(
      `A new API key is used, from ${secret.file}: issuer ${watch.issuer.url}, expires 20`,
    );
    expect(mask.mask(`${first} ${second}`)).toBe("*** ***");
    for (const part of [...first.split("."), ...second.split(".")]) expect(unmasked.join()).not.toContain(part);
    await closeKey(secret, opened);
  });

  test("that is invalid is not used: it is logged once and degrades the check until a valid one comes", async () => {
    const first = await watch.issuer.token();
    const { secret, mask, lines, unmasked, open } = await watch.mounted(first);
    const opened = await open();
    const bad = [
      [await watch.issuer.token({ exp: 1_700_000_000 }), "expired at 2023-11-14T22:13:20Z"],
      [forged(first), "bad signature"],
      ["no-token-at-all", "not a usable JWT"],
      [await watch.issuer.token({ aud: "https://other/" }), "another audience"],
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
    const good = await watch.issuer.token({ jti: "good" });
    await secret.write(good);
    await inUse(opened, good);
    expect(await statusOf(opened)).toBe("ok");
    await closeKey(secret, opened);
  });

  test("that is missing, empty or not a file keeps the key in use, and the check recovers when it is back", async () => {
    const token = await watch.issuer.token();
    const { secret, lines, open } = await watch.mounted(token);
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
    await closeKey(secret, opened);
  });

  test("signed with a key that the issuer publishes later is used from then on", async () => {
    const { secret, lines, open } = await watch.mounted(await watch.issuer.token());
    const opened = await open();
    const old = watch.issuer.keys;
    await watch.issuer.rotate();
    watch.issuer.answer(() => Response.json({ keys: old }));
    const next = await watch.issuer.token();
    await secret.write(next);
    await until("unknown", async () => (await reasonOf(opened)).includes("unknown key"));
    await severalLooks();
    watch.issuer.answer();
    await inUse(opened, next);
    expect(lines.filter((line) => line.includes("ERROR"))).toHaveLength(1);
    await closeKey(secret, opened);
  });

  test("is verified with cached keys for a day while the issuer is unavailable", async () => {
    for (const strict of [false, true]) {
      const far = Math.floor(Date.now() / 1000) + 90 * 86_400;
      const { secret, clock, lines, open } = await watch.mounted(await watch.issuer.token({ exp: far }), strict);
      const opened = await open();
      watch.issuer.answer(unavailable);
      const next = await watch.issuer.token({ jti: "next", exp: far });
      await secret.write(next);
      await inUse(opened, next);
      expect(await statusOf(opened)).toBe("ok");
      expect(lines.join()).toMatch(/WARN.*is verified with the issuer's keys of 20.*Z, since it .*HTTP 503/);
      // One that they do not fit is bad, as ever.
      await secret.write(forged(next));
      await until("refused", async () => (await reasonOf(opened)).includes("bad signature"));
      clock.now = Date.now() + 25 * HOUR;
      const late = await watch.issuer.token({ jti: "late", exp: far });
      await secret.write(late);
      await until("said", async () => (await reasonOf(opened)).includes("HTTP 503"));
      expect(opened.credentials.apiKey()).toBe(strict ? next : late);
      watch.issuer.answer();
      clock.now += HOUR;
      await inUse(opened, late);
      await until("verified", async () => (await statusOf(opened)) === "ok");
      await closeKey(secret, opened);
    }
  });

  test("signed with a new key of an unavailable issuer is used at once if lenient, else when the issuer is back", async () => {
    for (const strict of [false, true]) {
      const { secret, open } = await watch.mounted(await watch.issuer.token(), strict);
      const opened = await open();
      await watch.issuer.rotate();
      watch.issuer.answer(unavailable);
      const next = await watch.issuer.token({ jti: "next" });
      await secret.write(next);
      await until("said", async () => (await reasonOf(opened)).includes("HTTP 503"));
      expect(opened.credentials.apiKey() === next).toBe(!strict);
      watch.issuer.answer();
      await inUse(opened, next);
      await until("verified", async () => (await statusOf(opened)) === "ok");
      await closeKey(secret, opened);
    }
  });

  test("fails the start when it is invalid or missing", async () => {
    const { secret, open } = await watch.mounted("no token");
    const refused = await open().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CredentialsError);
    expect(String(refused)).toContain(`The token of STIGMER_API_KEY_FILE (${secret.file}) is not a usable JWT`);
    await secret.remove();
    await expect(open()).rejects.toThrow(`(${secret.file}) cannot be read: ENOENT`);
    await secret[Symbol.asyncDispose]();
  });

  test("is no longer read after closing", async () => {
    const token = await watch.issuer.token();
    const { secret, lines, open } = await watch.mounted(token);
    const opened = await open();
    opened.close();
    await secret.write("bad");
    await severalLooks();
    expect(lines).toEqual([]);
    await closeKey(secret, opened);
  });
});
