/** The preflight against real servers: in a process of its own, which trusts the issuer's CA as the runner does. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import type { PreflightResult } from "../../src/platform/index.ts";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD } from "../support/cloud-world.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const ROOT = join(import.meta.dir, "../..");
const PROGRAM = `
  import { loadConfig } from "${ROOT}/src/config/index.ts";
  import { preflight } from "${ROOT}/src/platform/index.ts";
  import { SecretMask } from "${ROOT}/src/shared/secret-mask.ts";
  const { config } = loadConfig({ env: process.env, envFile: "/dev/null" });
  console.log(JSON.stringify(await preflight(config, { mask: new SecretMask() })));
  process.exit(0);`;

/** The results of a preflight with these variables, by name. */
async function preflight(env: Readonly<Record<string, string>>): Promise<Map<string, PreflightResult>> {
  const path = process.env["PATH"] ?? "";
  const child = Bun.spawn([process.execPath, "-e", PROGRAM], { env: { PATH: path, ...env }, stdout: "pipe" });
  const results = JSON.parse(await new Response(child.stdout).text()) as readonly PreflightResult[];
  return new Map(results.map((result) => [result.name, result]));
}

let world: CloudWorld;
beforeAll(async () => {
  world = await cloudWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe("a preflight in cloud mode", () => {
  test("finds no problem if everything can be used, and writes nothing", async () => {
    const changes = world.daytona.count(/^(POST|PUT|PATCH|DELETE)/);
    const results = await preflight({ ...world.env, REDIS_DB: "6" });
    expect([...results.keys()]).toEqual(["Redis", "API key", "Daytona", "Temporal", "Stigmer"]);
    for (const { name, problem, latencyMs } of results.values()) {
      expect({ name, problem }).toEqual({ name, problem: undefined });
      expect(latencyMs).toBeGreaterThanOrEqual(0);
    }
    const { host, port } = world.redis;
    const client = new Redis({ host, port, password: REDIS_PASSWORD, db: 6 });
    expect(await client.keys("*")).toEqual([]);
    client.disconnect();
    expect(world.daytona.count(/^(POST|PUT|PATCH|DELETE)/)).toBe(changes);
  });

  test("finds every problem at once, each with what to do", async () => {
    const results = await preflight({
      ...world.env,
      REDIS_PORT: "9",
      STIGMER_API_KEY: await world.issuer.token({ exp: Math.floor(Date.now() / 1000) - 60 }),
      DAYTONA_API_KEY: "dtn_not_the_right_key",
      TEMPORAL_NAMESPACE: "no-such-namespace",
      STIGMER_BACKEND_ENDPOINT: "127.0.0.1:9",
    });
    const problems = new Map([...results].map(([name, { problem }]) => [name, problem]));
    expect(problems.get("Redis")?.reason).toContain("connection refused");
    expect(problems.get("API key")?.reason).toContain("expired");
    expect(problems.get("Daytona")?.reason).toContain("Daytona could not list sandboxes");
    expect(problems.get("Temporal")?.reason).toContain('has no namespace "no-such-namespace"');
    expect(problems.get("Stigmer")?.reason).toContain("not reachable at 127.0.0.1:9");
    for (const [name, problem] of problems) {
      expect({ name, status: problem?.status }).toEqual({ name, status: "failed" });
      expect(problem?.remedies ?? []).not.toBeEmpty();
    }
  });
});

describe("a preflight in local mode", () => {
  const local = (folder: string) => ({
    MODE: "local",
    TEMPORAL_SERVICE_ADDRESS: world.env["TEMPORAL_SERVICE_ADDRESS"] ?? "",
    STIGMER_BACKEND_ENDPOINT: world.env["STIGMER_BACKEND_ENDPOINT"] ?? "",
    SANDBOX_ROOT_DIR: join(folder, "workspace"),
    STIGMER_DATA_DIR: join(folder, "data"),
  });

  test("finds no problem with directories that can be made, and makes none", async () => {
    await using folder = await temporaryFolder();
    const results = await preflight(local(folder.path));
    expect([...results.keys()]).toEqual(["workspace", "data directory", "Temporal", "Stigmer"]);
    expect([...results.values()].filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("names a directory that cannot be used, and the setting to change", async () => {
    await using folder = await temporaryFolder();
    await Bun.write(join(folder.path, "workspace"), "");
    const results = await preflight(local(folder.path));
    expect(results.get("workspace")?.problem).toEqual({
      status: "failed",
      reason: `The workspace ${join(folder.path, "workspace")} cannot be used: it is not a directory (EEXIST)`,
      remedies: [expect.stringContaining("Set SANDBOX_ROOT_DIR")],
    });
    expect(results.get("data directory")?.problem).toBeUndefined();
  });
});
