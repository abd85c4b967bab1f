import { expect, test } from "bun:test";
import { inspectConfig } from "../../config/index.ts";
import { configurationChecks } from "./configuration.ts";

/** Status, title, detail and remedies of each check. */
async function found(env: Readonly<Record<string, string>>, envFile = "/dev/null") {
  const checks = configurationChecks(inspectConfig({ env, envFile }));
  return await Promise.all(
    checks.map(async ({ title, run }) => {
      const { status, detail, remedies } = await run(new AbortController().signal);
      return [status, title, detail, ...remedies];
    }),
  );
}

test("a valid configuration is one line", async () => {
  expect(await found({ MODE: "local", ADMIN_PORT: "0" })).toEqual([
    ["ok", "configuration", expect.stringMatching(/^valid: \d+ settings, 2 of them set$/)],
  ]);
});

test("each problem is a check that names what is allowed and what to do", async () => {
  expect(await found({ MODE: "local", ADMIN_PORT: "x", TEMPORAL_MAX_CONCURRENCY: "0" })).toEqual([
    ["failed", "TEMPORAL_MAX_CONCURRENCY", expect.stringContaining('"0"'), expect.stringContaining("Allowed: ")],
    ["failed", "ADMIN_PORT", expect.stringContaining('"x"'), expect.stringContaining("to use 8790.")],
  ]);
});

test("without a mode, a newcomer is led to `dev`", async () => {
  const [first, ...others] = await found({});
  expect(first).toEqual(["warning", "configuration", expect.stringContaining("agent-runner dev"), expect.anything()]);
  expect(others.map(([status, title]) => [status, title])).toEqual([
    ["failed", "DAYTONA_API_KEY"],
    ["failed", "REDIS_HOST"],
    ["failed", "STIGMER_API_KEY"],
  ]);
});

test("a misspelled variable is a warning", async () => {
  const [only] = await found({ MODE: "local", TEMPORAL_NAMESPCE: "a" });
  expect(only).toEqual(["warning", "configuration", expect.stringContaining("TEMPORAL_NAMESPACE"), expect.anything()]);
});

test("a file that cannot be read is a problem, and an unknown mode too", async () => {
  expect((await found({ MODE: "local" }, "/nowhere/at-all.env")).at(-1)?.[0]).toBe("failed");
  expect((await found({ MODE: "cluster" })).at(-1)).toEqual(["failed", "MODE", expect.anything(), expect.anything()]);
});
