import { describe, expect, test } from "bun:test";
import { ExecutionRegistry } from "./execution-registry.ts";
import { StopReason, stopReasons } from "./stop-reason.ts";

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the executions of a runner", () => {
  test("are counted while they run, and afterwards", () => {
    const executions = new ExecutionRegistry();
    const [one, two] = [executions.begin("aex-1"), executions.begin("aex-2")];
    expect([executions.count, executions.finished]).toEqual([2, 0]);
    one.end();
    one.end();
    expect([executions.count, executions.finished]).toEqual([1, 1]);
    two.end();
    expect([executions.count, executions.finished]).toEqual([0, 2]);
  });

  test("may be two of the same id, as when one is tried again", () => {
    const executions = new ExecutionRegistry();
    executions.begin("aex-1");
    executions.begin("aex-1").end();
    expect(executions.count).toBe(1);
  });

  test("are waited for until none is left, those too that begin meanwhile", async () => {
    const executions = new ExecutionRegistry();
    await executions.idle();
    const one = executions.begin("aex-1");
    let idle = false;
    const waiting = executions.idle().then(() => {
      idle = true;
    });
    const two = executions.begin("aex-2");
    one.end();
    await settle();
    expect(idle).toBe(false);
    two.end();
    await waiting;
  });

  test("can be idle and busy again", async () => {
    const executions = new ExecutionRegistry();
    executions.begin("aex-1").end();
    await executions.idle();
    const again = executions.begin("aex-2");
    let idle = false;
    const waiting = executions.idle().then(() => {
      idle = true;
    });
    await settle();
    expect(idle).toBe(false);
    again.end();
    await waiting;
  });
});

describe("stopping", () => {
  test("aborts with a reason for the user, and the first one counts", () => {
    const execution = new ExecutionRegistry().begin("aex-1");
    expect(execution.signal.aborted).toBe(false);
    execution.stop(stopReasons.timeLimit("10 min 0 s"));
    execution.stop(stopReasons.cancelled());
    expect(execution.signal.reason).toMatchObject({ code: "time-limit", message: expect.stringContaining("10 min") });
  });

  test("all ends those that run and those that still come", () => {
    const executions = new ExecutionRegistry();
    const before = executions.begin("aex-1");
    executions.stopAll();
    const after = executions.begin("aex-2");
    for (const { signal } of [before, after]) {
      expect(signal.reason).toBeInstanceOf(StopReason);
      expect(signal.reason).toMatchObject({ code: "runner-stopped" });
    }
    expect(executions.count).toBe(2);
  });

  test("all leaves a reason that an execution had before", () => {
    const executions = new ExecutionRegistry();
    const execution = executions.begin("aex-1");
    execution.stop(stopReasons.cancelled());
    executions.stopAll();
    expect(execution.signal.reason).toMatchObject({ code: "cancelled" });
  });
});
