import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type CloudWorld, cloudWorld, type Replica } from "../support/cloud-world.ts";
import { eventually, pause, until } from "../support/eventually.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { waitingExecution } from "../support/waiting-execution.ts";

let world: CloudWorld;
let replica: Replica;
beforeAll(async () => {
  world = await cloudWorld();
  replica = await world.replica();
});
afterAll(() => world[Symbol.asyncDispose]());
afterEach(async () => {
  await world.redis.restart();
  await until("the runner has recovered", async () => (await replica.admin("/readyz")).status === 200);
});

async function redisIs(status: string): Promise<string> {
  return await eventually(async () => {
    const { checks } = JSON.parse((await replica.admin("/healthz")).text) as {
      checks: { name: string; status: string; reason?: string }[];
    };
    const check = checks.find(({ name }) => name === "Redis");
    if (check?.status !== status) throw new Error(`Redis is ${JSON.stringify(check)}`);
    return check.reason ?? "";
  });
}

describe("while Redis is unavailable for a moment", () => {
  test("executions complete, events are dropped, the health check names Redis, and everything recovers", async () => {
    const { execution, session, go } = await waitingExecution(world);
    await world.redis.kill();
    expect(await redisIs("failed")).not.toBe("");
    await go();
    // The result of the command has to be kept in the thread: that waits for Redis.
    await pause(2_000);
    expect(phaseOf(await world.user.get(execution))).toBe("EXECUTION_IN_PROGRESS");
    await world.redis.restart();
    const end = (await world.user.follow(execution)).at(-1);
    expect(end === undefined ? "" : phaseOf(end)).toBe("EXECUTION_COMPLETED");
    await redisIs("ok");
    expect(replica.program.output()).toMatch(/connection to Redis at \S+ is lost/);
    expect(replica.program.output()).toMatch(/Connected to Redis at \S+ again/);
    expect(replica.program.output()).toMatch(/event/);
    world.ollama.converse(() => ({ text: "I remember." }));
    expect(phaseOf(await world.user.ask(session, "And now?"))).toBe("EXECUTION_COMPLETED");
  });
});

describe("while Redis is unavailable for long", () => {
  test("executions fail with a message that says so, and the next one after it works", async () => {
    const { execution, session, go } = await waitingExecution(world);
    await world.redis.kill();
    await go();
    const end = await world.user.ended(execution);
    expect(phaseOf(end)).toBe("EXECUTION_FAILED");
    expect(end.status?.error).toMatch(/memory.*Redis/s);
    await world.redis.restart();
    world.ollama.converse(() => ({ text: "All is well." }));
    expect(phaseOf(await world.user.ask(session, "Again"))).toBe("EXECUTION_COMPLETED");
  });

  test("an execution is still cancelled at once", async () => {
    const { execution } = await waitingExecution(world);
    await world.redis.kill();
    await world.cancel(execution);
    const end = await world.user.ended(execution);
    expect(phaseOf(end)).toBe("EXECUTION_CANCELLED");
  });
});
