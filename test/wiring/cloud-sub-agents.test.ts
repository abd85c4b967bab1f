import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create, type JsonObject, toJson } from "@bufbuild/protobuf";
import { Redis } from "ioredis";
import { applyEvent, eventsStream, type ReaderState, type StatusEvent } from "../../src/status/redis/index.ts";
import { AgentExecutionStatusSchema } from "../../src/stigmer/index.ts";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD } from "../support/cloud-world.ts";
import { until } from "../support/eventually.ts";
import { cast, task, testSubAgents } from "../support/sub-agents-contract.ts";

let world: CloudWorld;
beforeAll(async () => {
  world = await cloudWorld();
  await world.replica();
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
});
