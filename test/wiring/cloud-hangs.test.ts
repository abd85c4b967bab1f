import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD, type Replica } from "../support/cloud-world.ts";
import { eventually, until } from "../support/eventually.ts";
import { phaseOf } from "../support/stigmer-user.ts";

let world: CloudWorld;
let replica: Replica;
beforeAll(async () => {
  world = await cloudWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(async () => {
  replica = await world.replica();
});
afterEach(async () => {
  replica.program.signal("SIGKILL");
  await replica.program.exited;
  await world.redis.kill();
  await world.redis.restart();
});

async function redisDoes(...words: readonly [string, ...string[]]): Promise<void> {
  const client = new Redis({ host: world.redis.host, port: world.redis.port, password: REDIS_PASSWORD });
  try {
    await client.call(...words);
  } finally {
    client.disconnect();
  }
}

/** Redis takes connections and commands, and answers none of them. */
const hang = () => redisDoes("CLIENT", "PAUSE", "3600000", "ALL");

/** An execution whose command runs and does not end. */
async function runningExecution() {
  world.ollama.converse(() => ({ text: "I wait.", tools: [{ name: "execute", args: { command: "sleep 600" } }] }));
  const execution = await world.user.begin(await world.user.session(), "Wait");
  await eventually(async () => {
    const { status } = await world.user.get(execution);
    if (status?.toolCalls.length !== 1) throw new Error("the command does not run yet");
  });
  return execution;
}

describe("while Redis hangs", () => {
  test("an execution is cancelled within 10 s", async () => {
    const execution = await runningExecution();
    await hang();
    await world.cancel(execution);
    expect(phaseOf(await world.user.ended(execution))).toBe("EXECUTION_CANCELLED");
  });

  test("a runner stopped by two signals ends within 15 s", async () => {
    const execution = await runningExecution();
    await hang();
    replica.program.signal("SIGTERM");
    await replica.program.says("Draining");
    replica.program.signal("SIGTERM");
    await replica.program.exited;
    expect(replica.program.output() + replica.program.errors()).not.toContain("Closing failed");
    expect(phaseOf(await world.user.ended(execution))).toBe("EXECUTION_FAILED");
  });
});

describe("a Redis that rejects writes", () => {
  test("makes a runner not ready, and fails a start", async () => {
    await redisDoes("CONFIG", "SET", "maxmemory", "1");
    const named = async () => (await replica.admin("/healthz")).text.includes("its memory is full");
    await until("the health names it", named);
    expect((await replica.admin("/readyz")).status).not.toBe(200);
    await using program = world.launch();
    expect(await program.exited).toBe(4);
    expect(program.output() + program.errors()).toContain("reached its maxmemory");
  });

  test("fails a start whose user may not write, with the runner's own log lines only", async () => {
    await redisDoes("ACL", "SETUSER", "few", "on", `>${REDIS_PASSWORD}`, "~stigmer:*", "+@read", "+@connection");
    await using program = world.launch({ REDIS_USERNAME: "few" });
    expect(await program.exited).toBe(4);
    const output = program.output() + program.errors();
    expect(output).toContain("ACL SETUSER");
    expect(output).not.toContain("Skipping");
  });
});
