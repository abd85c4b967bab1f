import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Client, Connection } from "@temporalio/client";
import { ulid } from "ulid";
import { silentLogger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { redisThreads } from "../../src/threads/redis/index.ts";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD, type Replica } from "../support/cloud-world.ts";
import { pause } from "../support/eventually.ts";
import { phaseOf } from "../support/stigmer-user.ts";

const MESSAGES = 30;

let world: CloudWorld;
const replicas: Replica[] = [];
beforeAll(async () => {
  world = await cloudWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
afterEach(async () => {
  await Promise.all(replicas.splice(0).map(({ program }) => program[Symbol.asyncDispose]()));
});

/** A place in the queue of a session for an execution that was created an hour ago; @returns its id */
async function announced(session: string): Promise<string> {
  const { host, port } = world.redis;
  const config = { host, port, password: REDIS_PASSWORD, db: 0, threadTtlMs: 60_000, eventsTtlMs: 60_000 };
  const redis = await RedisConnection.open(config, silentLogger);
  const id = `aex-${ulid(Date.now() - 3_600_000).toLowerCase()}`;
  await redisThreads(redis, 60_000, silentLogger).announce(`thread-${session}`, id);
  redis.close();
  return id;
}

describe("a message behind one that was announced and never arrives", () => {
  test("runs as soon as Temporal reports that the other's workflow is missing or has ended", async () => {
    const replica = await world.replica();
    replicas.push(replica);
    const session = await world.user.session();
    const unknown = await announced(session);
    expect(phaseOf(await world.user.ask(session, "Hello"))).toBe("EXECUTION_COMPLETED");
    expect(replica.program.output()).toContain(`${unknown} was removed from the queue`);

    const connection = await Connection.connect({ address: `${world.temporal.host}:${world.temporal.port}` });
    const id = await announced(session);
    const workflowId = `stigmer/agent-execution/invoke/${id}`;
    const other = await new Client({ connection }).workflow.start("none", { taskQueue: "nobody", workflowId });
    const waiting = await world.user.begin(session, "Again");
    await replica.program.says(`waits for thread-${session}: ${id} was created earlier`);
    // Longer than until Temporal is asked.
    await pause(4_000);
    expect(replica.program.output()).not.toContain(`${id} was removed from the queue`);
    await other.terminate();
    expect(phaseOf((await world.user.follow(waiting)).at(-1) ?? waiting)).toBe("EXECUTION_COMPLETED");
    expect(replica.program.output()).toContain(`${id} was removed from the queue`);
    await connection.close();
  });
});

describe("quick messages to one session", () => {
  test("are answered in the order in which they were sent, one at a time, by three replicas", async () => {
    for (let count = 0; count < 3; count++) replicas.push(await world.replica());
    const answered: string[] = [];
    const wrong: string[] = [];
    world.ollama.converse(({ messages }) => {
      const said = messages.flatMap(({ role, content }) => (role === "user" ? [content.split("\n")[0] ?? ""] : []));
      answered.push(said.at(-1) ?? "");
      // Each continues what the one before it left.
      if (said.join() !== answered.join()) wrong.push(`${said.join()} | ${answered.join()}`);
      return { text: "Yes.", delay: 10 };
    });
    const session = await world.user.session();
    const sent = Array.from({ length: MESSAGES }, (_, index) => `message ${index + 1}`);
    const begun = await Promise.all(sent.map((message) => world.user.begin(session, message)));
    const ended = await Promise.all(begun.map(async (execution) => (await world.user.follow(execution)).at(-1)));
    expect(ended.map((execution) => execution?.status?.error)).toEqual(Array(MESSAGES).fill(""));
    expect(wrong).toEqual([]);
    expect(answered).toEqual(sent);
    const taken = replicas.map(({ program }) => program.output().split("Execution started").length - 1);
    expect(taken.filter((count) => count > 0).length).toBeGreaterThan(1);
  });
});
