/** What `doctor` asks, with real servers, and that it changes nothing. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD } from "../support/cloud-world.ts";
import { runDoctor } from "../support/run-doctor.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let world: CloudWorld;
beforeAll(async () => {
  world = await cloudWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe("in cloud mode", () => {
  test("no check fails if everything can be used, and nothing is written", async () => {
    await using folder = await temporaryFolder();
    const changes = world.daytona.count(/^(POST|PUT|PATCH|DELETE)/);
    const run = await runDoctor({
      ...world.env,
      REDIS_DB: "6",
      HOME: folder.path,
      STIGMER_DATA_DIR: join(folder.path, "data"),
    });
    expect([...run.checks.values()].filter(({ status }) => status === "failed")).toEqual([]);
    expect([run.exitCode, run.mode, run.summary["failed"]]).toEqual([0, "cloud", 0]);
    const ids = ["temporal", "temporal.queue", "credentials.key", "credentials.clock", "stigmer", "redis"];
    for (const id of [...ids, "redis.memory", "redis.persistence", "daytona", "model", "directories.data"])
      expect([id, run.check(id).status]).toEqual([id, "ok"]);
    const { host, port } = world.redis;
    const client = new Redis({ host, port, password: REDIS_PASSWORD, db: 6 });
    expect(await client.keys("*")).toEqual([]);
    client.disconnect();
    expect(world.daytona.count(/^(POST|PUT|PATCH|DELETE)/)).toBe(changes);
    expect((await readdir(folder.path)).filter((name) => name !== ".bun")).toEqual([]);
  });

  test("every problem is found at once, each with what to do, and no secret is shown", async () => {
    const run = await runDoctor({
      ...world.env,
      REDIS_PORT: "9",
      STIGMER_API_KEY: await world.issuer.token({ exp: Math.floor(Date.now() / 1000) - 60 }),
      DAYTONA_API_KEY: "dtn_not_the_right_key",
      TEMPORAL_NAMESPACE: "no-such-namespace",
      STIGMER_BACKEND_ENDPOINT: "127.0.0.1:9",
    });
    expect(run.exitCode).toBe(1);
    const failed = [
      ["redis", "connection refused"],
      ["credentials.key", "expired"],
      ["daytona", "Daytona could not list sandboxes"],
      ["temporal", 'has no namespace "no-such-namespace"'],
      ["stigmer", "not reachable at 127.0.0.1:9"],
    ] as const;
    for (const [id, text] of failed) {
      const { status, detail, remedies } = run.check(id);
      expect([id, status, detail]).toEqual([id, "failed", expect.stringContaining(text)]);
      expect(remedies).not.toBeEmpty();
    }
    for (const secret of ["dtn_not_the_right_key", REDIS_PASSWORD, world.apiKey])
      expect(run.output).not.toContain(secret);
  });

  test("an API key that expires soon is a warning", async () => {
    const soon = await world.issuer.token({ exp: Math.floor(Date.now() / 1000) + 3_600 });
    const run = await runDoctor({ ...world.env, STIGMER_API_KEY: soon });
    expect(run.check("credentials.key")).toMatchObject({
      status: "warning",
      detail: expect.stringContaining("expires at"),
    });
    expect(run.output).not.toContain(soon);
  });

  test("what is not valid is reported, and what does not depend on it is asked nevertheless", async () => {
    const run = await runDoctor({ ...world.env, REDIS_PORT: "x", STIGMER_LLM_TEMPERATURE: "hot" });
    expect(run.exitCode).toBe(1);
    expect(run.check("configuration.REDIS_PORT").remedies.join(" ")).toContain("Allowed: ");
    expect(run.check("configuration.STIGMER_LLM_TEMPERATURE").status).toBe("failed");
    expect(run.check("redis").status).toBe("skipped");
    for (const id of ["temporal", "stigmer", "daytona"]) expect([id, run.check(id).status]).toEqual([id, "ok"]);
  });
});

describe("in local mode", () => {
  const local = (folder: string) => ({
    MODE: "local",
    TEMPORAL_SERVICE_ADDRESS: world.env["TEMPORAL_SERVICE_ADDRESS"] ?? "",
    STIGMER_BACKEND_ENDPOINT: world.env["STIGMER_BACKEND_ENDPOINT"] ?? "",
    SANDBOX_ROOT_DIR: join(folder, "workspace"),
    STIGMER_DATA_DIR: join(folder, "data"),
    ADMIN_PORT: "0",
  });

  test("directories that can be made are, and none is made", async () => {
    await using folder = await temporaryFolder();
    const run = await runDoctor(local(folder.path));
    for (const id of ["directories.workspace", "directories.data", "temporal", "stigmer"])
      expect([id, run.check(id).status]).toEqual([id, "ok"]);
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("a directory that cannot be used is named, with the setting to change", async () => {
    await using folder = await temporaryFolder();
    await Bun.write(join(folder.path, "workspace"), "");
    const run = await runDoctor(local(folder.path));
    expect(run.check("directories.workspace")).toMatchObject({
      status: "failed",
      detail: `The workspace ${join(folder.path, "workspace")} cannot be used: it is not a directory (EEXIST)`,
      remedies: [expect.stringContaining("Set SANDBOX_ROOT_DIR")],
    });
    expect(run.check("directories.data").status).toBe("ok");
  });
});
