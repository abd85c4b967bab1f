/** The registry of executions and other observers, in a runner with a real Temporal and the daemon as backend. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { ExecutionEvent, ExecutionInfo, ExecutionObserver, ExecutionStage } from "../../src/executions/index.ts";
import { MessageType, ToolCallStatus } from "../../src/stigmer/index.ts";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { phaseOf } from "../support/stigmer-user.ts";

const SECRET = "hunter22-hunter22";

interface Seen {
  readonly execution: ExecutionInfo;
  readonly events: ExecutionEvent[];
  outcome?: string;
}

let world: LocalWorld;
let seen: Seen[];
const recorder: ExecutionObserver = {
  name: "recorder",
  begin: (execution) => {
    const record: Seen = { execution, events: [] };
    seen.push(record);
    return {
      event: (event) => void record.events.push(event),
      end: (outcome) => {
        record.outcome = outcome.phase;
      },
    };
  },
};
const broken: ExecutionObserver = {
  name: "broken",
  begin: () => ({
    event: () => {
      throw new Error("a defect of this observer");
    },
    end: async () => Promise.reject(new Error("another one")),
  }),
};

beforeAll(async () => {
  world = await localWorld({ TEMPORAL_MAX_CONCURRENCY: "1" }, { observers: [broken, recorder] });
});
afterAll(() => world?.[Symbol.asyncDispose]());
beforeEach(() => {
  seen = [];
});

const works = (command: string) => (_: unknown, turn: number) =>
  turn === 0 ? { text: "I start.", tools: [{ name: "execute", args: { command } }] } : { text: "Done." };
const stages = ({ events }: Seen): ExecutionStage[] =>
  events.flatMap((event) => (event.type === "stage" ? [event.stage] : []));

describe("observers", () => {
  test("see each stage, the agent's events and the end of an execution, although one of them fails", async () => {
    const runtimeEnv = { KEY: { value: SECRET, isSecret: true } };
    const execution = await world.run("Hi", works("echo $KEY"), { runtimeEnv });
    expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
    await until("the execution has ended", () => seen[0]?.outcome !== undefined);
    const [record = expect.unreachable()] = seen;
    expect(record.execution).toMatchObject({ id: execution.metadata?.id, sessionId: execution.spec?.sessionId });
    expect(stages(record)).toEqual([
      "waiting-for-thread",
      "waiting-for-slot",
      "resolving",
      "waiting-for-sandbox",
      "model",
      "ending",
    ]);
    expect(record.events).toContainEqual(
      expect.objectContaining({ type: "resolved", model: { provider: "ollama", model: "qwen2.5-coder:7b" } }),
    );
    const types = record.events.map(({ type }) => type);
    for (const type of ["turn", "tool-started", "tool-ended", "heartbeat"] as const) expect(types).toContain(type);
    expect(record.events).toContainEqual(
      expect.objectContaining({ type: "sandbox-acquired", kind: "filesystem", sandboxId: expect.stringMatching(/./) }),
    );
    expect(JSON.stringify(record.events)).not.toContain(SECRET);
    expect(record.outcome).toBe("completed");
    expect(world.log.filter((line) => line.includes("The execution observer broken failed"))).toHaveLength(1);
  });
});

test("observers see each attempt of a model call, and each delivery of the status", async () => {
  let isFirst = true;
  const execution = await world.run("Hi", () => {
    if (!isFirst) return { text: "Done." };
    isFirst = false;
    return { status: 503, error: "overloaded" };
  });
  expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
  await until("the execution has ended", () => seen[0]?.outcome !== undefined);
  const events = seen[0]?.events ?? [];
  const calls = events.flatMap(({ at: _, ...event }) => (event.type.startsWith("model-call") ? [event] : []));
  const main = { actor: { kind: "main" } };
  expect(calls).toMatchObject([
    { ...main, type: "model-call-started", purpose: "turn", provider: "ollama", attempt: 1 },
    { ...main, type: "model-call-ended", failure: "overloaded" },
    { ...main, type: "model-call-started", attempt: 2 },
    { ...main, type: "model-call-answering" },
    { ...main, type: "model-call-ended", usage: { inputTokens: expect.any(Number) } },
  ]);
  const sent = events.filter((event) => event.type === "status-sent");
  expect(sent.at(-1)).toMatchObject({ outcome: "delivered", isTerminal: true, isRetry: false });
  expect(sent.every(({ bytes }) => bytes > 0)).toBe(true);
});

describe("the registry", () => {
  test("shows what runs and what waits, and then how they ended", async () => {
    world.ollama.converse(works("sleep 300"));
    const { executions } = world.runner;
    const first = await world.begin(await world.session(), "Sleep");
    const id = first.metadata?.id ?? "";
    await until("its tool runs", () => executions.list()[0]?.stage === "tool");
    expect(executions.get(id)).toMatchObject({ state: "active", tools: [{ name: "execute" }] });

    const second = await world.begin(await world.session(), "Wait");
    await until("the second one waits", () => executions.list()[1]?.stage === "waiting-for-slot");
    expect(executions.count).toBe(2);

    world.ollama.converse(() => ({ text: "Done." }));
    expect(executions.cancel(id)).toBe(true);
    const cancelled = (await world.follow(first)).at(-1) ?? expect.unreachable();
    expect(phaseOf(cancelled)).toBe("EXECUTION_CANCELLED");
    expect(cancelled.status?.toolCalls.map(({ status }) => status)).toEqual([ToolCallStatus.TOOL_CALL_FAILED]);
    expect(cancelled.status?.messages.at(-1)).toMatchObject({
      type: MessageType.MESSAGE_SYSTEM,
      content: expect.stringContaining("cancelled by an operator"),
    });

    expect(phaseOf((await world.follow(second)).at(-1) ?? expect.unreachable())).toBe("EXECUTION_COMPLETED");
    await until("both have ended", () => executions.count === 0);
    expect(executions.listEnded().slice(0, 2)).toMatchObject([
      { id: second.metadata?.id, outcome: { phase: "completed" } },
      { id, outcome: { phase: "cancelled" } },
    ]);
    expect(executions.cancel(id)).toBe(false);
  });
});
