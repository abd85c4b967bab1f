import { describe, expect, test } from "bun:test";
import { until } from "../support/eventually.ts";
import { closeKey, forged, keyWatch, reasonOf, severalLooks, statusOf, unavailable } from "../support/key-watch.ts";

const HOUR = 3_600_000;

const watch = keyWatch();

describe("an API key that could not be verified at the start", () => {
  test("is verified when the issuer answers again", async () => {
    watch.issuer.answer(unavailable);
    const { lines, open } = watch.trial({ key: await watch.issuer.token() });
    using opened = await open();
    expect(await reasonOf(opened)).toContain("only its claims are checked so far");
    await severalLooks();
    watch.issuer.answer();
    await until("verified", async () => (await statusOf(opened)) === "ok");
    expect(lines).toHaveLength(2);
    expect(lines.at(-1)).toContain("✅ API key verified: issuer https://");
  });

  test("and turns out to be invalid makes the runner not ready, until a valid one comes", async () => {
    watch.issuer.answer(unavailable);
    const { secret, lines, open } = await watch.mounted(forged(await watch.issuer.token()));
    const opened = await open();
    watch.issuer.answer();
    await until("found bad", async () => (await statusOf(opened)) === "failed");
    expect(await reasonOf(opened)).toContain("has a bad signature");
    await severalLooks();
    const errors = lines.filter((line) => line.includes("ERROR"));
    expect(errors).toHaveLength(1);
    expect(errors.join()).toContain("The API key in use is not valid: The token of STIGMER_API_KEY_FILE");
    await secret.write(await watch.issuer.token());
    await until("the check recovers", async () => (await statusOf(opened)) === "ok");
    await closeKey(secret, opened);
  });
});

describe("an expiring API key", () => {
  test("degrades the check a day before; once it has expired the runner is not ready, until a new one comes", async () => {
    const end = Math.floor(Date.now() / 1000) * 1000 + 48 * HOUR;
    const { secret, clock, open } = await watch.mounted(await watch.issuer.token({ exp: end / 1000 }));
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
    await secret.write(await watch.issuer.token({ exp: end / 1000 + 72 * 3_600 }));
    await until("the check recovers", async () => (await statusOf(opened)) === "ok");
    await closeKey(secret, opened);
  });

  test("that comes from a variable is reported with how to replace it", async () => {
    const { clock, open } = watch.trial({
      key: await watch.issuer.token({ exp: Math.floor(Date.now() / 1000) + 600 }),
    });
    using opened = await open();
    expect(await statusOf(opened)).toBe("degraded");
    expect(await reasonOf(opened)).toContain("Set a new STIGMER_API_KEY and start the runner again.");
    clock.now = Date.now() + HOUR;
    expect(await statusOf(opened)).toBe("failed");
  });
});
