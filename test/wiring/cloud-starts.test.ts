import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD } from "../support/cloud-world.ts";
import { DaytonaDouble } from "../support/daytona-double/daytona-double.ts";
import { eventually } from "../support/eventually.ts";
import { startRedis } from "../support/redis.ts";
import { startSilentServer } from "../support/silent-server.ts";

let world: CloudWorld;
beforeAll(async () => {
  world = await cloudWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** A start that fails, with the expected exit code and within the time limit. @returns its output */
async function failedStart(env: Readonly<Record<string, string>>): Promise<string> {
  await using program = world.launch(env);
  const code = await program.exited;
  const output = program.output() + program.errors();
  expect([code, output]).toEqual([4, expect.stringContaining("STARTUP FAILURE")]);
  for (const secret of [...Object.values(env), world.apiKey, REDIS_PASSWORD, world.daytona.apiKey])
    if (secret.length > 12 && !secret.startsWith("http")) expect(output).not.toContain(secret);
  return output;
}

/** All keys of a database of Redis. */
async function keysOf(database: number): Promise<string[]> {
  const { host, port } = world.redis;
  const client = new Redis({ host, port, password: REDIS_PASSWORD, db: database });
  try {
    return await client.keys("*");
  } finally {
    client.disconnect();
  }
}

describe("a start in cloud mode fails within 10 s, and says what to do", () => {
  test("when nothing listens on Redis' address", async () => {
    const output = await failedStart({ REDIS_PORT: "9" });
    expect(output).toContain("Redis cannot be used");
    expect(output).toContain("REDIS_HOST or REDIS_PORT is wrong");
  });

  test("when Redis' password is wrong or missing", async () => {
    expect(await failedStart({ REDIS_PASSWORD: "not the right password" })).toContain(
      "REDIS_PASSWORD and REDIS_USERNAME",
    );
    expect(await failedStart({ REDIS_PASSWORD: "" })).toContain("set REDIS_PASSWORD");
  });

  test("when Redis does not speak TLS", async () => {
    expect(await failedStart({ REDIS_TLS: "true" })).toContain("REDIS_TLS");
  });

  test.each(["cluster", "sentinel"] as const)("when Redis is a %s", async (mode) => {
    await using other = await startRedis({ mode });
    const output = await failedStart({ REDIS_HOST: other.config.host, REDIS_PORT: String(other.config.port) });
    expect(output).toContain("Redis cannot be used");
    expect(output).toContain(mode === "cluster" ? "without cluster mode" : "Name the primary that it watches");
  });

  test("when the API key has expired, is for another audience, or has a bad signature", async () => {
    for (const seconds of [3_600, 5]) {
      const expired = await world.issuer.token({ exp: Math.floor(Date.now() / 1000) - seconds });
      expect(await failedStart({ STIGMER_API_KEY: expired })).toMatch(/the API key is not valid.*expired/s);
    }
    const other = await world.issuer.token({ aud: "https://another.example/" });
    expect(await failedStart({ STIGMER_API_KEY: other })).toContain("https://another.example/");
    const [head, body] = world.apiKey.split(".");
    expect(await failedStart({ STIGMER_API_KEY: `${head}.${body}.${"A".repeat(342)}` })).toContain("signature");
  });

  test("when Daytona refuses the key", async () => {
    const output = await failedStart({ DAYTONA_API_KEY: "dtn_not_the_right_key" });
    expect(output).toContain("Daytona cannot be used");
    expect(output).toContain("https://app.daytona.io/dashboard/keys");
  });

  test("when Temporal is missing, and writes nothing to Redis and Daytona", async () => {
    const requests = world.daytona.count(/^(POST|PUT|PATCH|DELETE)/);
    const output = await failedStart({ TEMPORAL_SERVICE_ADDRESS: "127.0.0.1:9", STARTUP_WAIT: "2", REDIS_DB: "5" });
    expect(output).toContain("no connection to Temporal");
    expect(output).toContain("Connected to Redis");
    expect(await keysOf(5)).toEqual([]);
    expect(world.daytona.count(/^(POST|PUT|PATCH|DELETE)/)).toBe(requests);
  });

  test("with the first cause alone when everything is wrong", async () => {
    const output = await failedStart({ REDIS_PORT: "9", DAYTONA_API_KEY: "dtn_not_the_right_key" });
    expect(output.split("STARTUP FAILURE")).toHaveLength(2);
  });
});

describe("a start in cloud mode succeeds", () => {
  test("while Daytona is unavailable, with a warning and a degraded health check", async () => {
    const away = new DaytonaDouble({ apiKey: world.daytona.apiKey });
    await away.stop();
    const replica = await world.replica({ DAYTONA_API_URL: away.url });
    try {
      expect(replica.program.output()).toContain("executions fail until Daytona answers");
      await eventually(async () => {
        const { status, text } = await replica.admin("/healthz");
        expect(status).toBe(200);
        expect(JSON.parse(text)).toMatchObject({ status: "degraded" });
      });
    } finally {
      replica.program.signal("SIGTERM");
      expect(await replica.program.exited).toBe(0);
    }
  });

  test("while the issuer's keys cannot be fetched, with a warning, unless verification is strict", async () => {
    world.issuer.answer(() => new Response("", { status: 503 }));
    try {
      await using program = world.launch();
      await program.says("Worker ready");
      expect(program.output()).toContain("not verified yet");
      expect(await failedStart({ STIGMER_API_KEY_VERIFY: "strict" })).toContain("503");
    } finally {
      world.issuer.answer();
    }
  });

  test("with the key in a file, and uses a new one for the next call", async () => {
    const file = `${world.folder}/key`;
    await Bun.write(file, `${world.apiKey}\n`);
    const { STIGMER_API_KEY: _, ...env } = world.env;
    await using program = world.launch({ ...env, STIGMER_API_KEY: "", STIGMER_API_KEY_FILE: file });
    await program.says("Worker ready");
    await Bun.write(file, await world.issuer.token({ exp: Math.floor(Date.now() / 1000) + 9 * 86_400 }));
    await program.says("A new API key is used");
  });
});

describe("a start in cloud mode that waits for Redis", () => {
  test.each([1, 2])("ends with success after %d SIGTERM", async (signals) => {
    await using silent = await startSilentServer();
    await using program = world.launch({ REDIS_HOST: "127.0.0.1", REDIS_PORT: String(silent.port) });
    await silent.connected;
    for (let sent = 0; sent < signals; sent++) program.signal("SIGTERM");
    expect(await program.exited).toBe(0);
    expect(program.output()).toContain("The start was stopped");
    expect(program.output()).not.toContain("STARTUP FAILURE");
  });
});
