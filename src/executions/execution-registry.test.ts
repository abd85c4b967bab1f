import { describe, expect, test } from "bun:test";
import type { ExecutionInfo } from "./execution-observer.ts";
import { ExecutionRegistry, MAX_ENDED } from "./execution-registry.ts";
import { StopReason, stopReasons } from "./stop-reason.ts";

const completed = { phase: "completed" } as const;

function execution(id: string): ExecutionInfo {
  const ids = { sessionId: "ses-1", threadId: "thread-ses-1", workflowId: "workflow", runId: "run", activityId: "1" };
  return { id, ...ids, startedAt: new Date() };
}

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the registry", () => {
  test("counts the executions that run, and those that have ended", () => {
    const registry = new ExecutionRegistry();
    const [one, two] = [registry.begin(execution("aex-1")), registry.begin(execution("aex-2"))];
    expect([registry.count, registry.finished]).toEqual([2, 0]);
    one.end(completed);
    one.end(completed);
    expect([registry.count, registry.finished]).toEqual([1, 1]);
    two.end(completed);
    expect([registry.count, registry.finished]).toEqual([0, 2]);
  });

  test("keeps two executions of the same id apart", () => {
    const registry = new ExecutionRegistry();
    registry.begin(execution("aex-1"));
    registry.begin(execution("aex-1")).end(completed);
    expect(registry.count).toBe(1);
    expect(registry.get("aex-1")).toMatchObject({ state: "active" });
  });

  test("lists the executions that run, oldest first, with their stages", () => {
    const registry = new ExecutionRegistry();
    registry.begin(execution("aex-1")).event({ type: "stage", stage: "waiting-for-slot", at: new Date(5) });
    registry.begin(execution("aex-2"));
    expect(registry.list()).toMatchObject([
      { id: "aex-1", sessionId: "ses-1", state: "active", stage: "waiting-for-slot", stageSince: new Date(5) },
      { id: "aex-2", stage: "waiting-for-admission" },
    ]);
    expect(registry.get("aex-2")).toMatchObject({ id: "aex-2", state: "active" });
    expect(registry.get("aex-3")).toBeUndefined();
  });

  test("remembers how the last executions ended, newest first, and forgets older ones", () => {
    const registry = new ExecutionRegistry();
    const startedAt = new Date(Date.now() - 60_000);
    for (let index = 0; index < MAX_ENDED + 1; index++)
      registry.begin({ ...execution(`aex-${index}`), startedAt }).end(completed);
    const last = registry.begin({ ...execution("aex-last"), startedAt });
    last.event({ type: "resolved", agentName: "a", model: { provider: "ollama", model: "m" }, at: new Date() });
    last.end({ phase: "failed", reason: "It broke." });
    const ended = registry.listEnded();
    expect(ended).toHaveLength(MAX_ENDED);
    expect(ended[0]).toMatchObject({
      id: "aex-last",
      state: "ended",
      agentName: "a",
      outcome: { phase: "failed", reason: "It broke." },
    });
    expect(ended[0]?.durationMs).toBeGreaterThanOrEqual(60_000);
    expect(registry.get("aex-last")).toEqual(ended[0]);
    expect(registry.get("aex-0")).toBeUndefined();
  });

  test("is idle when the last execution has ended, those included that began meanwhile", async () => {
    const registry = new ExecutionRegistry();
    await registry.idle();
    const one = registry.begin(execution("aex-1"));
    let idle = false;
    const waiting = registry.idle().then(() => {
      idle = true;
    });
    const two = registry.begin(execution("aex-2"));
    one.end(completed);
    await settle();
    expect(idle).toBe(false);
    two.end(completed);
    await waiting;
  });

  test("can be idle and busy again", async () => {
    const registry = new ExecutionRegistry();
    registry.begin(execution("aex-1")).end(completed);
    await registry.idle();
    const again = registry.begin(execution("aex-2"));
    let idle = false;
    const waiting = registry.idle().then(() => {
      idle = true;
    });
    await settle();
    expect(idle).toBe(false);
    again.end(completed);
    await waiting;
  });
});

describe("an execution that is stopped", () => {
  test("has the first reason, which the user can read", () => {
    const running = new ExecutionRegistry().begin(execution("aex-1"));
    expect(running.signal.aborted).toBe(false);
    running.stop(stopReasons.timeLimit("10 min 0 s"));
    running.stop(stopReasons.cancelled());
    expect(running.signal.reason).toMatchObject({ code: "time-limit", message: expect.stringContaining("10 min") });
  });

  test("stops with the runner, also if it arrives later", () => {
    const registry = new ExecutionRegistry();
    const before = registry.begin(execution("aex-1"));
    registry.stopAll();
    const after = registry.begin(execution("aex-2"));
    for (const { signal } of [before, after]) {
      expect(signal.reason).toBeInstanceOf(StopReason);
      expect(signal.reason).toMatchObject({ code: "runner-stopped" });
    }
    expect([registry.count, registry.cutOff]).toEqual([2, 0]);
    before.end({ phase: "failed", reason: "stopped" });
    // It ended at the same moment.
    after.end({ phase: "completed" });
    expect([registry.finished, registry.cutOff]).toEqual([2, 1]);
  });

  test("keeps the reason it had before the runner stopped", () => {
    const registry = new ExecutionRegistry();
    const running = registry.begin(execution("aex-1"));
    running.stop(stopReasons.cancelled());
    registry.stopAll();
    expect(running.signal.reason).toMatchObject({ code: "cancelled" });
  });
});

describe("cancelling by id", () => {
  test("stops the execution of that id alone, as cancelled", () => {
    const registry = new ExecutionRegistry();
    const [one, other] = [registry.begin(execution("aex-1")), registry.begin(execution("aex-2"))];
    expect(registry.cancel("aex-1")).toBe(true);
    expect(one.signal.reason).toMatchObject({ code: "cancelled", message: expect.stringContaining("operator") });
    expect(other.signal.aborted).toBe(false);
  });

  test("has no effect on an execution that is unknown, has ended or already ends", () => {
    const registry = new ExecutionRegistry();
    const ending = registry.begin(execution("aex-1"));
    ending.event({ type: "stage", stage: "ending", at: new Date() });
    registry.begin(execution("aex-2")).end(completed);
    expect(["aex-1", "aex-2", "aex-3"].map((id) => registry.cancel(id))).toEqual([false, false, false]);
    expect(ending.signal.aborted).toBe(false);
  });
});
