/** The traces of a runner, with a real Temporal, the daemon as backend, and a collector that speaks OTLP. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { type AgentExecution, AgentExecutionSchema } from "../../src/stigmer/index.ts";
import { connectTemporal, TYPE_KEY, typeUrl } from "../../src/temporal/index.ts";
import { type ActivityCaller, activityCaller } from "../support/activity-caller.ts";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { everything } from "../support/mcp-servers.ts";
import type { ReceivedSpan } from "../support/otlp/decode.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../support/otlp/receiver.ts";
import { coverage, treeOf } from "../support/otlp/trace-tree.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { cast, task } from "../support/sub-agents-contract.ts";

const SECRET = "hunter22-hunter22";
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

let world: LocalWorld;
let collector: OtlpReceiver;
let caller: ActivityCaller;
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  collector = closing.use(startOtlpReceiver());
  world = closing.use(
    await localWorld({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: "50",
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
    }),
  );
  const { address } = world.temporal;
  const connection = await connectTemporal({ address, namespace: "default", taskQueue: "", maxConcurrency: 1 });
  closing.defer(() => connection.close());
  caller = closing.use(await activityCaller(connection));
});
afterAll(() => closing.disposeAsync());
/** The first span of an execution's trace, once it was received: it is the last one that ends. */
async function rootOf({ metadata }: AgentExecution): Promise<ReceivedSpan> {
  const find = () => collector.spans.findLast((span) => span.attributes["stigmer.execution.id"] === metadata?.id);
  await until("the trace was received", () => find() !== undefined);
  return find() ?? expect.unreachable();
}
const named = (name: string) => collector.spans.filter((span) => span.name === name);

const HELPER = "You list files.";
const AGENT = {
  instructions: "You lead.",
  mcpServers: [everything("my-server")],
  subAgents: [{ name: "helper", description: "Lists files.", instructions: HELPER }],
};

describe("an execution", () => {
  let root: ReceivedSpan;
  beforeAll(async () => {
    world.ollama.converse(
      cast({
        "You lead.": (turn) =>
          [
            { text: "I begin.", tools: [{ name: "echo", args: { message: "ü" } }] },
            { text: "", tools: [{ name: "execute", args: { command: "echo The key is $KEY; false" } }] },
            { text: "", tools: [task("helper", "List")] },
          ][turn] ?? { text: "Done." },
        [HELPER]: (turn) =>
          turn === 0 ? { text: "", tools: [{ name: "ls", args: { path: "/" } }] } : { text: "None." },
      }),
    );
    const session = await world.session(AGENT);
    const execution = await world.begin(session, "Go", { runtimeEnv: { KEY: { value: SECRET, isSecret: true } } });
    expect(phaseOf((await world.follow(execution)).at(-1) ?? expect.unreachable())).toBe("EXECUTION_COMPLETED");
    root = await rootOf(execution);
  });

  test("is one trace of what it waits for and does", () => {
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([root.traceId]));
    expect(root).toMatchObject({ parentId: "", name: expect.stringMatching(/^invoke_agent ./), error: undefined });
    const tree = treeOf(collector.spans, root);
    expect(tree.length).toBe(collector.spans.length);
    expect(tree.filter((line) => !line.endsWith("deliver status")).slice(1)).toEqual([
      "  wait for admission",
      "  wait for thread",
      "  wait for slot",
      "  resolve agent",
      "  acquire sandbox",
      "  prepare agent",
      "  run agent",
      "    chat qwen2.5-coder:7b",
      "    execute_tool echo",
      "      tools/call echo",
      "    chat qwen2.5-coder:7b",
      "    execute_tool execute",
      "    chat qwen2.5-coder:7b",
      "    execute_tool task",
      "      invoke_agent helper",
      "        chat qwen2.5-coder:7b",
      "        execute_tool ls",
      "        chat qwen2.5-coder:7b",
      "    chat qwen2.5-coder:7b",
      "  end execution",
    ]);
    expect(tree).toContain("  deliver status");
  });

  test("is covered by the spans of its stages", () => {
    expect(coverage(collector.spans, root)).toBeGreaterThanOrEqual(0.99);
  });

  test("names what it used by the conventions for AI", () => {
    expect(root.attributes).toMatchObject({
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.provider.name": "ollama",
      "gen_ai.request.model": "qwen2.5-coder:7b",
      "gen_ai.usage.input_tokens": 60,
      "gen_ai.usage.output_tokens": 60,
      "stigmer.execution.outcome": "completed",
    });
    const [chat] = named("chat qwen2.5-coder:7b");
    expect(chat).toMatchObject({
      kind: "client",
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.response.time_to_first_chunk": expect.any(Number),
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.conversation.id": root.attributes["gen_ai.conversation.id"],
      },
    });
    expect(named("tools/call echo")).toMatchObject([
      { kind: "client", attributes: { "mcp.method.name": "tools/call", "network.transport": "pipe" } },
    ]);
    expect(named("execute_tool execute")).toMatchObject([
      { kind: "internal", error: "exit code 1", attributes: { "error.type": "tool_error" } },
    ]);
  });

  test("has content without secrets", () => {
    const all = JSON.stringify(collector.spans);
    for (const text of ["I begin.", "The key is $KEY", "The key is ***"]) expect(all).toContain(text);
    for (const text of [SECRET, btoa(SECRET), Buffer.from(SECRET).toString("hex")]) expect(all).not.toContain(text);
  });

  test("has the id of its trace on the lines of the log", () => {
    const lines = world.log.filter((line) => line.includes(String(root.attributes["stigmer.execution.id"])));
    expect(lines.filter((line) => line.includes(`traceId=${root.traceId}`)).length).toBeGreaterThan(1);
  });
});

describe("what did not succeed", () => {
  beforeEach(() => {
    collector.spans.length = 0;
  });

  test("is an error with its kind: attempts of calls, and executions", async () => {
    let isFirst = true;
    const execution = await world.run("Hi", () => {
      if (!isFirst) return { status: 400, error: "the request is wrong" };
      isFirst = false;
      return { status: 503, error: "overloaded" };
    });
    const root = await rootOf(execution);
    expect(root).toMatchObject({
      error: expect.stringContaining("the request is wrong"),
      attributes: { "error.type": "execution_failed", "stigmer.execution.outcome": "failed" },
    });
    expect(named("chat qwen2.5-coder:7b")).toMatchObject([
      { error: "", attributes: { "error.type": "overloaded", "stigmer.model_call.attempt": 1 } },
      { error: "", attributes: { "error.type": "other", "stigmer.model_call.attempt": 2 } },
    ]);
    expect(coverage(collector.spans, root)).toBeGreaterThanOrEqual(0.99);
  });

  test("is no error if it was cancelled: what ran then is stopped", async () => {
    world.ollama.converse(() => ({ text: "", tools: [{ name: "execute", args: { command: "sleep 300" } }] }));
    const execution = await world.begin(await world.session(), "Sleep");
    await until("its tool runs", () => world.runner.executions.list()[0]?.stage === "tool");
    world.runner.executions.cancel(execution.metadata?.id ?? "");
    const root = await rootOf(execution);
    expect(root).toMatchObject({ error: undefined, attributes: { "stigmer.execution.outcome": "cancelled" } });
    expect(named("execute_tool execute")).toMatchObject([
      { error: undefined, attributes: { "error.type": "stopped" } },
    ]);
    expect(coverage(collector.spans, root)).toBeGreaterThanOrEqual(0.99);
  });
});

describe("an execution of a workflow that is traced", () => {
  const options = {
    taskQueue: "agent_execution_runner",
    startToCloseTimeout: "1 min",
    heartbeatTimeout: "30 s",
  } as const;

  /** Runs an execution once more, in a workflow that sends this trace context. */
  async function runIn(trace: unknown): Promise<AgentExecution> {
    const execution = await world.run("Hi", () => ({ text: "Hello." }));
    await rootOf(execution);
    collector.spans.length = 0;
    const input = {
      [TYPE_KEY]: typeUrl(AgentExecutionSchema.typeName),
      metadata: { id: execution.metadata?.id },
      spec: { sessionId: execution.spec?.sessionId, message: "Hi" },
    };
    await (await caller.start({ name: "ExecuteGraphton", args: [input, "thread-x"], options, trace })).result();
    return execution;
  }

  test("is a part of that trace", async () => {
    const execution = await runIn({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: "vendor=1" });
    expect(await rootOf(execution)).toMatchObject({ traceId: TRACE, parentId: SPAN, traceState: "vendor=1" });
    expect(world.log.filter((line) => line.includes(`traceId=${TRACE}`)).length).toBeGreaterThan(1);
  });

  test("has a trace of its own if the context is broken", async () => {
    const root = await rootOf(await runIn({ traceparent: `00-${TRACE}-${"0".repeat(16)}-01` }));
    expect(root).toMatchObject({ parentId: "", error: undefined });
    expect(root.traceId).not.toBe(TRACE);
  });

  test("is not recorded if the workflow is not", async () => {
    await runIn({ traceparent: `00-${TRACE}-${SPAN}-00` });
    await rootOf(await world.run("Hi", () => ({ text: "Hello." })));
    expect(collector.spans.filter(({ traceId }) => traceId === TRACE)).toEqual([]);
  });
});
