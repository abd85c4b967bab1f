import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create, type JsonObject, toJson } from "@bufbuild/protobuf";
import { Redis } from "ioredis";
import { applyEvent, eventsStream, type ReaderState, type StatusEvent } from "../../src/status/redis/index.ts";
import { AgentExecutionStatusSchema, SubAgentStatus, ToolCallStatus } from "../../src/stigmer/index.ts";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD, type Replica } from "../support/cloud-world.ts";
import { eventually, until } from "../support/eventually.ts";
import { cast, task, testSubAgents } from "../support/sub-agents-contract.ts";

let world: CloudWorld;
let replica: Replica;
beforeAll(async () => {
  world = await cloudWorld();
  replica = await world.replica();
});
afterAll(() => world[Symbol.asyncDispose]());

describe("sub-agents in cloud mode", () => {
  testSubAgents(() => world);

  test("readers of the events in Redis see the same sub-agents and calls as Stigmer", async () => {
    const { host, port } = world.redis;
    const redis = new Redis({ host, port, password: REDIS_PASSWORD });
    using _ = { [Symbol.dispose]: () => redis.disconnect() };
    world.ollama.converse(
      cast({
        "You lead.": (turn) => [{ text: "", tools: [task("reader", "Read")] }, { text: "Done." }][turn],
        "You read.": (turn) =>
          turn < 3
            ? { text: "", tools: [{ name: "execute", args: { command: `seq ${turn} 200` } }] }
            : { text: "It was read." },
      }),
    );
    const spec = { instructions: "You lead.", subAgents: [{ name: "reader", instructions: "You read." }] };
    const { metadata, status } = await world.user.ask(await world.user.session(spec), "Go");
    let state: ReaderState | undefined;
    let deltas = 0;
    await until("the last event is kept", async () => {
      const entries = await redis.xrange(eventsStream(metadata?.id ?? ""), "-", "+");
      const events = entries.map(([, fields]) => JSON.parse(fields[fields.indexOf("event") + 1] ?? "") as StatusEvent);
      deltas = events.filter(({ kind }) => kind === "delta").length;
      // The last event is a whole state: what comes before it must lead there too.
      state = events.filter(({ terminal }) => !terminal).reduce(applyEvent, undefined);
      return events.some(({ terminal }) => terminal);
    });
    expect(deltas).toBeGreaterThan(0);
    const shown = toJson(AgentExecutionStatusSchema, status ?? create(AgentExecutionStatusSchema)) as JsonObject;
    expect(state?.status["toolCalls"]).toEqual(shown["toolCalls"] ?? null);
    expect(state?.status["subAgentExecutions"]).toEqual(shown["subAgentExecutions"] ?? null);
  });

  test("are closed with their calls after the runner was killed while one worked", async () => {
    world.ollama.converse(
      cast({
        "You lead.": () => ({ text: "", tools: [task("sleeper", "Sleep"), task("sleeper", "Sleep too")] }),
        "You sleep.": () => ({ text: "", tools: [{ name: "execute", args: { command: "sleep 600" } }] }),
      }),
    );
    const spec = { instructions: "You lead.", subAgents: [{ name: "sleeper", instructions: "You sleep." }] };
    const execution = await world.user.begin(await world.user.session(spec), "Go");
    await until("the calls of both sub-agents run", async () => {
      const { status } = await world.user.get(execution);
      const running = status?.toolCalls.filter((call) => call.status === ToolCallStatus.TOOL_CALL_RUNNING);
      return running?.filter(({ name }) => name === "execute").length === 2;
    });
    replica.program.signal("SIGKILL");
    await world.replica();
    // Temporal notices first that the runner is gone; the other runner closes what was open.
    const { status } = await eventually(async () => {
      const state = await world.user.ended(execution);
      if (state.status?.subAgentExecutions.some(({ completedAt }) => completedAt === "")) throw new Error("still open");
      return state;
    });
    expect(status?.error).not.toBe("");
    expect(status?.subAgentExecutions).toMatchObject(
      Array(2).fill({
        name: "sleeper",
        status: SubAgentStatus.SUB_AGENT_FAILED,
        completedAt: expect.stringMatching(/./),
      }),
    );
    expect(status?.toolCalls.map((call) => call.status)).toEqual(Array(4).fill(ToolCallStatus.TOOL_CALL_FAILED));
  });
});
