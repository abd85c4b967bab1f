import { describe, expect, test } from "bun:test";
import { at, info, linesAfter, main, raise, stage } from "../../../test/support/execution-metrics.ts";
import type { ExecutionEvent } from "../../executions/index.ts";
import { DeferringRegistry } from "./deferring-registry.ts";
import { ExecutionMetrics } from "./execution-metrics.ts";

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
