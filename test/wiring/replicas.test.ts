/** Several compiled replicas on one queue: what one of them does wrong must not be the others' trouble. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { silentLogger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { type AgentExecution, ToolCallStatus } from "../../src/stigmer/index.ts";
import { MAX_OPEN_POLLS } from "../../src/temporal/execution-slots.ts";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD, type Replica } from "../support/cloud-world.ts";
import { startRevokingProxy } from "../support/daytona-double/revoking-proxy.ts";
import { until } from "../support/eventually.ts";
import { phaseOf } from "../support/stigmer-user.ts";

/** So many sessions ask at a time. */
const LANES = 4;

let world: CloudWorld;
beforeAll(async () => {
  world = await cloudWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const started: Replica[] = [];
afterEach(() => stopped(...started.splice(0)));

async function start(env?: Readonly<Record<string, string>>): Promise<Replica> {
  const replica = await world.replica(env);
  started.push(replica);
  return replica;
}

async function stopped(...replicas: readonly Replica[]): Promise<void> {
  for (const { program } of replicas) program.signal("SIGKILL");
  await Promise.all(replicas.map(({ program }) => program.exited));
}

describe("replica with a different Redis", () => {
  test("does not start, and names the runners that it would not share sessions with", async () => {
    const first = await start();
    await using other = world.launch({ REDIS_DB: "1" });
    expect(await other.exited).toBe(4);
    expect(other.output()).toContain("STARTUP FAILURE: the runners of this task queue do not share a Redis");
    expect(other.output()).toContain(`1 runner of the task queue agent_execution_runner (${first.program.pid}@`);
    expect(other.output()).toContain("REDIS_DB");
    expect(other.output()).not.toContain("Worker ready");
    expect(await keysOf(1)).toEqual([]);
  });

  test("starts when the other runners are gone", async () => {
    const moved = await start({ REDIS_DB: "1" });
    await stopped(moved);
    await stopped(await start());
  });
});

describe("replica that Daytona refuses", () => {
  test("leaves the queue to the others, says why, and recovers by itself", async () => {
    await using proxy = startRevokingProxy(world.daytona.url);
    const broken = await start({ DAYTONA_API_URL: proxy.url });
    const healthy = await start();
    world.ollama.converse(() => ({ text: "Answered.", delay: 200 }));
    proxy.revoke();
    const ended: AgentExecution[] = [];
    const lane = async () => {
      for (let n = 0; n < 10; n++) ended.push(await world.user.ask(await world.user.session(), "Go"));
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    const failed = ended.filter((execution) => phaseOf(execution) === "EXECUTION_FAILED").length;
    // What it had when it noticed, and what its open polls brought.
    expect(failed).toBeLessThanOrEqual(LANES + MAX_OPEN_POLLS);
    expect((await broken.admin("/readyz")).status).toBe(503);
    await broken.program.says("Accepting no executions. Unhealthy: Daytona");
    const health = JSON.parse((await broken.admin("/healthz")).text) as { checks: { name: string; status: string }[] };
    expect(health.checks).toContainEqual(expect.objectContaining({ name: "Daytona", status: "failed" }));
    proxy.restore();
    await until("it is ready again", async () => (await broken.admin("/readyz")).status === 200);
    await stopped(healthy);
    expect(phaseOf(await world.user.ask(await world.user.session(), "Go"))).toBe("EXECUTION_COMPLETED");
  });
});

describe("replica whose executions fail although all checks pass", () => {
  test("is not ready, says why, tries single executions, and recovers when one works", async () => {
    const refusal = { status: 401, body: '{"error":"unauthorized"}', headers: { "content-type": "application/json" } };
    world.ollama.converse(() => ({ http: refusal }));
    const replica = await start();
    const ask = async () => phaseOf(await world.user.ask(await world.user.session(), "Go"));
    expect([await ask(), await ask()]).toEqual(["EXECUTION_FAILED", "EXECUTION_FAILED"]);
    const readiness = () => replica.admin("/readyz");
    await until("it is not ready", async () => (await readiness()).status === 503);
    expect((await readiness()).text).toContain("executions: they fail on this replica: the default model");
    world.ollama.converse(() => ({ text: "Answered." }));
    expect(await ask()).toBe("EXECUTION_COMPLETED");
    await until("it is ready again", async () => (await readiness()).status === 200);
    expect(replica.program.output()).toContain("Executions work here again");
  });
});

describe("execution of a killed replica", () => {
  test("is ended by another replica as failed with a reason and without open calls", async () => {
    const killed = await start();
    world.ollama.converse((_, turn) =>
      turn === 0 ? { text: "I start.", tools: [{ name: "execute", args: { command: "sleep 300" } }] } : undefined,
    );
    const execution = await world.user.begin(await world.user.session(), "Never");
    const calls = async () => (await world.user.get(execution)).status?.toolCalls ?? [];
    await until("its call runs", async () =>
      (await calls()).some(({ status }) => status === ToolCallStatus.TOOL_CALL_RUNNING),
    );
    await stopped(killed);
    const other = await start();
    await until("its call is closed", async () =>
      (await calls()).every(({ status }) => status === ToolCallStatus.TOOL_CALL_FAILED),
    );
    const after = await world.user.get(execution);
    expect(phaseOf(after)).toBe("EXECUTION_FAILED");
    expect(after.status?.error).toContain("The runner ended unexpectedly");
    await other.program.says("was abandoned by a runner that ended unexpectedly");
  });
});

describe("execution of a running replica whose key in Redis expired", () => {
  test("continues, and is ended by another replica if its own is killed later", async () => {
    const owner = await start();
    world.ollama.converse((_, turn) =>
      turn === 0 ? { text: "I start.", tools: [{ name: "execute", args: { command: "sleep 300" } }] } : undefined,
    );
    const execution = await world.user.begin(await world.user.session(), "Never");
    const phase = async () => phaseOf(await world.user.get(execution));
    await until("it runs", async () => (await phase()) === "EXECUTION_IN_PROGRESS");
    const redis = await openRedis();
    const forgetful = setInterval(() => void forget(redis), 20);
    const other = await start({ LOG_LEVEL: "debug" });
    await other.program.says(`The runner of execution ${execution.metadata?.id} is running`);
    clearInterval(forgetful);
    expect(await phase()).toBe("EXECUTION_IN_PROGRESS");
    await stopped(owner, other);
    redis.close();
    await start();
    await until("it is ended", async () => (await phase()) === "EXECUTION_FAILED");
    await until(
      "its user is told why",
      async () => (await world.user.get(execution)).status?.error.includes("The runner ended unexpectedly") === true,
    );
  });
});

/** All keys of a database of Redis. */
async function keysOf(db: number): Promise<string[]> {
  const redis = await openRedis(db);
  try {
    return await redis.run((client) => client.keys("*"));
  } finally {
    redis.close();
  }
}

async function openRedis(db = 0): Promise<RedisConnection> {
  const { host, port } = world.redis;
  const config = { host, port, db, password: REDIS_PASSWORD, threadTtlMs: 1, eventsTtlMs: 1 };
  return await RedisConnection.open(config, silentLogger);
}

/** Removes all signs of life, as an outage does that lasts longer than they do. */
async function forget(redis: RedisConnection): Promise<void> {
  await redis.run(async (client) => {
    const keys = await client.keys("stigmer:agent-runner:alive:*");
    if (keys.length > 0) await client.del(...keys);
  });
}
