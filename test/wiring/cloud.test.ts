import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { Redis } from "ioredis";
import { eventsChannel, eventsStream } from "../../src/status/redis/index.ts";
import { MessageType } from "../../src/stigmer/index.ts";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD, type Replica } from "../support/cloud-world.ts";
import { eventually, until } from "../support/eventually.ts";
import { messagesOf } from "../support/program.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { UNTIL_GO } from "../support/until-go.ts";

let world: CloudWorld;
const replicas: Replica[] = [];
beforeAll(async () => {
  world = await cloudWorld();
});
afterAll(() => world[Symbol.asyncDispose]());
afterEach(async () => {
  world.daytona.heal();
  await Promise.all(replicas.splice(0).map(({ program }) => program[Symbol.asyncDispose]()));
});

async function start(env?: Readonly<Record<string, string>>): Promise<Replica> {
  const replica = await world.replica(env);
  replicas.push(replica);
  return replica;
}

/** Hears what is published. */
async function listen(pattern: string, hear: (event: unknown) => void) {
  const { host, port } = world.redis;
  const client = new Redis({ host, port, password: REDIS_PASSWORD });
  const reader = client.duplicate();
  client.on("pmessage", (_pattern, _channel, text) => hear(JSON.parse(text)));
  await client.psubscribe(pattern);
  return {
    /** What a stream holds. */
    kept: async (stream: string): Promise<unknown[]> =>
      (await reader.xrange(stream, "-", "+")).map(([, fields]) =>
        JSON.parse(fields[fields.indexOf("event") + 1] ?? ""),
      ),
    [Symbol.asyncDispose]: async () => {
      client.disconnect();
      reader.disconnect();
    },
  };
}

/** An agent that writes down where it works, and looks at what it wrote in earlier turns. */
function noting(text: string): void {
  const command = `echo ${text} >>notes.txt; cat notes.txt`;
  world.ollama.converse(({ messages }) => {
    const last = messages.at(-1);
    if (last?.role === "tool") return { text: `Now there is: ${last.content.split("\n\n")[0]}` };
    return { text: "I note it.", tools: [{ name: "execute", args: { command } }] };
  });
}

describe("a runner in cloud mode", () => {
  test("says what it is made of, and shows no secret", async () => {
    const { program, admin } = await start();
    const { host, port } = world.redis;
    const messages = messagesOf(program.output());
    const expected = [
      "🚀 Stigmer Agent Runner - CLOUD Mode",
      "Sandbox: daytona",
      `Redis: ${host}:${port}`,
      `✅ Connected to Redis at ${host}:${port}`,
      "🔧 Execution Mode: CLOUD",
      `🔧 Stigmer Backend: ${world.env["STIGMER_BACKEND_ENDPOINT"]}`,
      "🔧 Sandbox: daytona",
      `🔧 Redis: ${host}:${port}`,
      `✅ [POLYGLOT] Connected to Temporal server at ${world.temporal.host}:${world.temporal.port}, namespace: default`,
      "🚀 Worker ready, polling for tasks...",
    ];
    expect(messages.filter((message) => expected.includes(message))).toEqual(expected);
    const text = await eventually(async () => {
      const answer = await admin("/healthz");
      if (answer.status !== 200) throw new Error(answer.text);
      return answer.text;
    });
    const health = JSON.parse(text) as { status: string; mode: string; checks: { name: string; status: string }[] };
    expect(health).toMatchObject({ status: "ok", mode: "cloud" });
    expect(health.checks.map(({ name, status: state }) => `${name} ${state}`).sort()).toEqual([
      "API key ok",
      "Daytona ok",
      "Redis ok",
      "Stigmer ok",
      "Temporal ok",
      "model ok",
      "orphan collection ok",
    ]);
    const shown = program.output() + program.errors() + (await admin("/config")).text;
    for (const secret of [world.apiKey, REDIS_PASSWORD, world.daytona.apiKey]) expect(shown).not.toContain(secret);
  });

  test("runs an execution in a sandbox at Daytona, publishes it, and ends when it is told to", async () => {
    const { program } = await start();
    noting("first");
    const session = await world.user.session();
    const events: unknown[] = [];
    await using listener = await listen(`${eventsChannel("")}*`, (event) => events.push(event));
    const execution = await world.user.ask(session, "Note it");
    await until("the last event is heard", () => events.some((event) => Object(event).terminal === true));
    expect(events.at(-1)).toMatchObject({
      executionId: execution.metadata?.id ?? "",
      sequence: events.length,
      status: { phase: "EXECUTION_COMPLETED" },
    });
    expect(await listener.kept(eventsStream(execution.metadata?.id ?? ""))).toEqual(events);
    expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
    expect(execution.status?.messages.map(({ type, content }) => [MessageType[type], content])).toEqual([
      ["MESSAGE_HUMAN", "Note it"],
      ["MESSAGE_AI", "I note it."],
      ["MESSAGE_TOOL", "execute: echo\n$ echo first >>notes.txt; cat notes.txt"],
      ["MESSAGE_AI", "Now there is: first"],
    ]);
    const box = world.daytona.alive.find(({ labels }) => labels["stigmer-session"] === session);
    expect(await Bun.file(`${box?.folder}/notes.txt`).text()).toBe("first\n");
    // The next turn finds the file and the conversation.
    noting("second");
    const next = await world.user.ask(session, "Once more");
    expect(next.status?.messages.at(-1)?.content).toBe("Now there is: first\nsecond");
    const asked = world.ollama.requests.at(-1)?.messages.map(({ content }) => content);
    expect(asked?.some((content) => content.startsWith("Note it"))).toBe(true);
    program.signal("SIGTERM");
    expect(await program.exited).toBe(0);
  });

  test("deletes a sandbox that only one execution had", async () => {
    await start();
    noting("one-off");
    const before = world.daytona.alive.length;
    const agentless = await world.user.oneOff("Note it");
    expect(phaseOf(agentless)).toBe("EXECUTION_COMPLETED");
    await until("its sandbox is deleted", () => world.daytona.alive.length === before);
  });

  test("masks a secret in what its own execution says, and not in what others say at the same time", async () => {
    await start();
    world.ollama.converse(({ messages }) => {
      const isWaiting = messages.some(({ content }) => content.includes("Wait"));
      const isFirst = messages.at(-1)?.role === "user";
      if (isWaiting && isFirst) return { text: "", tools: [{ name: "execute", args: { command: UNTIL_GO } }] };
      return { text: "It is about production." };
    });
    const before = world.ollama.requests.length;
    const runtimeEnv = { STAGE: { value: "production", isSecret: true } };
    const session = await world.user.session();
    const own = world.user.ask(session, "Wait", { runtimeEnv });
    await until("it runs", async () => world.ollama.requests.length > before);
    const others = await world.user.ask(await world.user.session(), "Hi");
    expect(others.status?.messages.at(-1)?.content).toBe("It is about production.");
    const box = world.daytona.alive.find(({ labels }) => labels["stigmer-session"] === session);
    await Bun.write(`${box?.folder}/go`, "");
    expect((await own).status?.messages.at(-1)?.content).toBe("It is about ***.");
  });

  test("tells the user when the session's sandbox was lost", async () => {
    await start();
    noting("lost");
    const session = await world.user.session();
    await world.user.ask(session, "Note it");
    const box = world.daytona.alive.find(({ labels }) => labels["stigmer-session"] === session);
    if (box !== undefined) box.state = "destroyed";
    const next = await world.user.ask(session, "Again");
    expect(phaseOf(next)).toBe("EXECUTION_COMPLETED");
    const notices = next.status?.messages.filter(({ type }) => type === MessageType.MESSAGE_SYSTEM);
    expect(notices?.map(({ content }) => content).join()).toContain("replaced by a new one");
  });

  test("fails an execution with a message if no sandbox is available", async () => {
    await start();
    world.daytona.fault({ request: /^POST \/sandbox$/, status: 402, message: "Organization is suspended" });
    const execution = await world.user.ask(await world.user.session(), "Note it");
    expect(phaseOf(execution)).toBe("EXECUTION_FAILED");
    expect(execution.status?.error).toMatch(/Organization is suspended.*app\.daytona\.io/s);
  });
});

describe("two replicas of a runner", () => {
  test("share the queue, and a session's thread and sandbox", async () => {
    const both = [await start(), await start()];
    const session = await world.user.session();
    const count = () => both.map(({ program }) => program.output().split("Execution started").length - 1);
    const ask = async (turn: number) => {
      noting(`turn-${turn}`);
      const { status } = await world.user.ask(session, `Note turn ${turn}`);
      const lines = Array.from({ length: turn }, (_, index) => `turn-${index + 1}`);
      expect(status?.messages.at(-1)?.content).toBe(`Now there is: ${lines.join("\n")}`);
    };
    for (let turn = 1; turn <= 3; turn++) await ask(turn);
    // Temporal may give all of them to one replica: then the other one goes on without it.
    const idle = count().indexOf(0);
    if (idle >= 0) {
      const busy = both[1 - idle]?.program;
      busy?.signal("SIGTERM");
      await busy?.exited;
    }
    await ask(4);
    expect(count()).not.toContain(0);
    expect(world.daytona.alive.filter(({ labels }) => labels["stigmer-session"] === session)).toHaveLength(1);
  });

  test("run executions of one session one after the other, in one sandbox", async () => {
    await Promise.all([start(), start()]);
    noting("parallel");
    const session = await world.user.session();
    const executions = await Promise.all(["a", "b", "c", "d"].map((text) => world.user.ask(session, text)));
    expect(executions.map(phaseOf)).toEqual(Array(4).fill("EXECUTION_COMPLETED"));
    const sizes = executions.map(({ status }) => status?.messages.at(-1)?.content.split("\n").length);
    expect(sizes.sort()).toEqual([1, 2, 3, 4]);
    expect(world.daytona.alive.filter(({ labels }) => labels["stigmer-session"] === session)).toHaveLength(1);
  });
});
