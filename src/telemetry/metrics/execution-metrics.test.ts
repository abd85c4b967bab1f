import { describe, expect, test } from "bun:test";
import type { ExecutionEvent, ExecutionInfo, ExecutionOutcome, ExecutionStage } from "../../executions/index.ts";
import { DeferringRegistry } from "./deferring-registry.ts";
import { ExecutionMetrics } from "./execution-metrics.ts";

const raise = (error: unknown) => {
  throw error;
};
const BEGIN = 1_000_000;
const at = (seconds: number) => new Date(BEGIN + seconds * 1_000);
const info: ExecutionInfo = {
  id: "aex-1",
  threadId: "thread",
  workflowId: "workflow",
  runId: "run",
  activityId: "1",
  startedAt: at(0),
};
const main = { actor: { kind: "main" } as const };
const stage = (name: ExecutionStage, seconds: number): ExecutionEvent => ({
  type: "stage",
  stage: name,
  at: at(seconds),
});
const asks = (id: string, name: string): ExecutionEvent => ({
  ...main,
  at: at(0),
  type: "turn",
  turnId: "1",
  text: "",
  calls: [{ id, name, args: {} }],
});
const starts = (callId: string): ExecutionEvent => ({ ...main, at: at(10), type: "tool-started", callId });
const ends = (callId: string, failure?: string): ExecutionEvent => ({
  ...main,
  at: at(12),
  type: "tool-ended",
  callId,
  result: "",
  ...(failure === undefined ? {} : { failure }),
});

/** @returns the lines of the page after executions with these events */
async function linesAfter(events: readonly ExecutionEvent[], outcome: ExecutionOutcome = { phase: "completed" }) {
  const registry = new DeferringRegistry(raise);
  const observation = new ExecutionMetrics(registry).begin(info);
  for (const event of events) observation.event(event);
  observation.end(outcome);
  const page = await registry.metrics();
  return page.split("\n").filter((line) => !line.startsWith("#"));
}

describe("an execution", () => {
  test("is counted by outcome, and each outcome has a first value", async () => {
    const lines = await linesAfter([], { phase: "failed", reason: "out of luck" });
    expect(lines).toContain("agent_runner_executions_started_total 1");
    expect(lines).toContain('agent_runner_executions_ended_total{outcome="failed"} 1');
    expect(lines).toContain('agent_runner_executions_ended_total{outcome="completed"} 0');
    expect(lines.join("\n")).not.toContain("luck");
  });

  test("shows how long it waited for what, until it started, and until the first word", async () => {
    const lines = await linesAfter([
      stage("waiting-for-thread", 1),
      stage("waiting-for-slot", 3),
      stage("resolving", 6),
      stage("waiting-for-sandbox", 7),
      { type: "sandbox-acquired", kind: "daytona", sandboxId: "s", at: at(9) },
      stage("model", 20),
      { ...main, type: "text", turnId: "1", text: "Hi", at: at(22) },
      { ...main, type: "text", turnId: "1", text: "!", at: at(25) },
    ]);
    for (const [what, seconds] of Object.entries({ admission: 1, thread: 2, slot: 3, sandbox: 2 }))
      expect(lines).toContain(`agent_runner_execution_wait_seconds_sum{for="${what}"} ${seconds}`);
    expect(lines).toContain("agent_runner_execution_queue_seconds_sum 6");
    expect(lines).toContain("agent_runner_execution_first_token_seconds_sum 22");
    expect(lines).toContain("agent_runner_execution_first_token_seconds_count 1");
  });

  test("starts once, although it moves to another thread", async () => {
    const moves = [
      stage("waiting-for-slot", 0),
      stage("resolving", 1),
      stage("waiting-for-thread", 2),
      stage("resolving", 5),
    ];
    const lines = await linesAfter(moves);
    expect(lines).toContain("agent_runner_execution_queue_seconds_count 1");
  });
});

describe("events that wait", () => {
  test("are counted at the end of their execution, with the times when they were told", async () => {
    const registry = new DeferringRegistry(raise);
    let now = at(0);
    const metrics = new ExecutionMetrics(registry, () => now);
    const first = metrics.begin(info);
    const second = metrics.begin({ ...info, id: "aex-2", startedAt: at(100) });
    first.event(stage("waiting-for-slot", 2));
    second.event(stage("waiting-for-slot", 107));
    let isMade = false;
    registry.defer(() => {
      isMade = true;
      now = at(1_000);
    });
    now = at(10);
    first.end({ phase: "completed" });
    expect(isMade).toBe(true);
    now = at(160);
    second.end({ phase: "failed", reason: "" });
    const page = await registry.metrics();
    expect(page).toContain('agent_runner_execution_duration_seconds_sum{outcome="completed"} 10\n');
    expect(page).toContain('agent_runner_execution_duration_seconds_sum{outcome="failed"} 60\n');
    expect(page).toContain('agent_runner_execution_wait_seconds_sum{for="admission"} 9\n');
  });

  test("that nothing counts do not wait, nor pieces of answers after the first one", () => {
    let deferred = 0;
    const registry = new DeferringRegistry(raise);
    registry.defer = () => deferred++;
    const observation = new ExecutionMetrics(registry).begin(info);
    const begun = deferred;
    observation.event({ ...main, at: at(1), type: "notice", text: "A long wait." });
    observation.event({ ...main, at: at(1), type: "todos", todos: [] });
    observation.event({ ...main, at: at(1), type: "text-withdrawn", turnId: "1" });
    expect(deferred).toBe(begun);
    for (let piece = 0; piece < 100; piece++)
      observation.event({ ...main, at: at(1), type: "text", turnId: "1", text: "a" });
    expect(deferred).toBe(begun + 1);
  });
});

describe("calls of tools", () => {
  test("are counted by kind and outcome, without the names that users chose", async () => {
    const lines = await linesAfter([
      ...[asks("a", "execute"), starts("a"), ends("a")],
      ...[asks("b", "read_file"), starts("b"), ends("b", "not found")],
      ...[asks("c", "secret_tool"), starts("c"), ends("c")],
      ...[asks("d", "unknown_tool"), ends("d", "there is no such tool")],
      ...[asks("e", "execute"), starts("e")],
    ]);
    for (const [labels, count] of [
      ['kind="command",outcome="succeeded"', 1],
      ['kind="file",outcome="failed"', 1],
      ['kind="mcp",outcome="succeeded"', 1],
      ['kind="mcp",outcome="refused"', 1],
      ['kind="command",outcome="stopped"', 1],
    ] as const)
      expect(lines).toContain(`agent_runner_tool_calls_total{${labels}} ${count}`);
    expect(lines).toContain('agent_runner_tool_call_duration_seconds_sum{kind="command"} 2');
    expect(lines.join("\n")).not.toContain("secret_tool");
  });

  test("of MCP servers are counted by transport and outcome, without names of servers and tools", async () => {
    const call = (mcpCallId: string, transport: "http" | "stdio"): ExecutionEvent => ({
      type: "mcp-call-started",
      mcpCallId,
      callId: "c",
      server: "server-of-a-user",
      transport,
      tool: "tool-of-a-user",
      at: at(0),
    });
    const lines = await linesAfter([
      call("1", "http"),
      { type: "mcp-call-ended", mcpCallId: "1", at: at(2) },
      call("2", "stdio"),
      { type: "mcp-call-ended", mcpCallId: "2", failure: "tool-error", at: at(1) },
    ]);
    expect(lines).toContain('agent_runner_mcp_calls_total{transport="http",outcome="succeeded"} 1');
    expect(lines).toContain('agent_runner_mcp_calls_total{transport="stdio",outcome="tool-error"} 1');
    expect(lines).toContain('agent_runner_mcp_call_duration_seconds_sum{transport="http"} 2');
    expect(lines.join("\n")).not.toContain("of-a-user");
  });
});

describe("calls of models", () => {
  const call = (modelCallId: string, model: string): ExecutionEvent => ({
    ...main,
    type: "model-call-started",
    modelCallId,
    purpose: "turn",
    provider: "openai",
    model,
    attempt: 1,
    at: at(0),
  });
  const usage = { inputTokens: 100, cachedInputTokens: 60, outputTokens: 7 };

  test("are counted by provider and model, with tokens, times, and kinds of errors", async () => {
    const lines = await linesAfter([
      call("1", "gpt"),
      { ...main, type: "model-call-ended", modelCallId: "1", failure: "rate-limit", at: at(1) },
      call("2", "gpt"),
      { ...main, type: "model-call-answering", modelCallId: "2", at: at(3) },
      { ...main, type: "model-call-ended", modelCallId: "2", usage, at: at(5) },
      call("3", "gpt"),
      { ...main, type: "model-call-ended", modelCallId: "3", failure: "cancelled", at: at(1) },
    ]);
    const of = 'provider="openai",model="gpt"';
    for (const outcome of ["answered", "failed", "cancelled"])
      expect(lines).toContain(`agent_runner_model_calls_total{${of},outcome="${outcome}"} 1`);
    expect(lines).toContain(`agent_runner_model_errors_total{${of},kind="rate-limit"} 1`);
    expect(lines.join("\n")).not.toContain('kind="cancelled"');
    expect(lines).toContain(`agent_runner_model_tokens_total{${of},type="input"} 100`);
    expect(lines).toContain(`agent_runner_model_tokens_total{${of},type="cached_input"} 60`);
    expect(lines).toContain(`agent_runner_model_tokens_total{${of},type="output"} 7`);
    expect(lines).toContain(`agent_runner_model_call_duration_seconds_sum{${of}} 5`);
    expect(lines).toContain(`agent_runner_model_first_token_seconds_sum{${of}} 3`);
  });

  test("have series of their own for twenty models; the rest is `other`", async () => {
    const models = Array.from({ length: 1_000 }, (_, index) => `model-${index}`);
    const lines = await linesAfter(
      models.flatMap((model) => [
        call(model, model),
        { ...main, type: "model-call-ended" as const, modelCallId: model, at: at(1) },
      ]),
    );
    const counted = lines.filter((line) => line.startsWith("agent_runner_model_calls_total"));
    expect(counted).toHaveLength(21);
    expect(counted).toContain('agent_runner_model_calls_total{provider="openai",model="other",outcome="answered"} 980');
  });
});

describe("a sandbox", () => {
  const waits = stage("waiting-for-sandbox", 0);
  const got: ExecutionEvent = { type: "sandbox-acquired", kind: "daytona", sandboxId: "s", at: at(1) };

  test("is acquired or not, and is no longer in use after the end", async () => {
    const acquired = await linesAfter([waits, got, stage("model", 2), stage("ending", 3)]);
    expect(acquired).toContain('agent_runner_sandbox_acquisitions_total{result="acquired"} 1');
    const failed = await linesAfter([waits, stage("ending", 3)]);
    expect(failed).toContain('agent_runner_sandbox_acquisitions_total{result="failed"} 1');
    for (const lines of [acquired, failed])
      for (const state of ["acquiring", "in-use"])
        expect(lines).toContain(`agent_runner_sandboxes{state="${state}"} 0`);
  });
});

test("updates of the status are counted by sink: sent, coalesced, failed, repeated, and their bytes", async () => {
  const sent = (outcome: "delivered" | "failed", isRetry: boolean): ExecutionEvent => ({
    type: "status-sent",
    sink: "the Stigmer API",
    outcome,
    isRetry,
    isTerminal: false,
    bytes: 1_000,
    durationMs: 500,
    at: at(0),
  });
  const lines = await linesAfter([
    sent("failed", false),
    sent("delivered", true),
    { type: "status-coalesced", sink: "Redis", at: at(0) },
    { type: "heartbeat", at: at(0) },
  ]);
  expect(lines).toContain('agent_runner_status_updates_total{sink="stigmer",outcome="delivered"} 1');
  expect(lines).toContain('agent_runner_status_updates_total{sink="stigmer",outcome="failed"} 1');
  expect(lines).toContain('agent_runner_status_update_retries_total{sink="stigmer"} 1');
  expect(lines).toContain('agent_runner_status_updates_coalesced_total{sink="redis"} 1');
  expect(lines).toContain('agent_runner_status_update_bytes_total{sink="stigmer"} 1000');
  expect(lines).toContain('agent_runner_status_update_duration_seconds_sum{sink="stigmer"} 1');
  expect(lines).toContain("agent_runner_heartbeats_total 1");
});
