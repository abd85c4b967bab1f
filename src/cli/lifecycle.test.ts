import { describe, expect, test } from "bun:test";
import { Lifecycle, StartInterrupted, type State } from "./lifecycle.ts";

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A lifecycle in a state. */
function inState(state: State): Lifecycle {
  const lifecycle = new Lifecycle();
  if (state !== "starting") lifecycle.markRunning();
  if (state === "draining") lifecycle.requestDrain();
  if (state === "stopping") lifecycle.requestStop();
  if (state === "stopped") lifecycle.markStopped();
  return lifecycle;
}

const TRANSITIONS: readonly (readonly [from: State, request: "requestDrain" | "requestStop", to: State])[] = [
  ["starting", "requestDrain", "draining"],
  ["starting", "requestStop", "stopping"],
  ["running", "requestDrain", "draining"],
  ["running", "requestStop", "stopping"],
  ["draining", "requestDrain", "draining"],
  ["draining", "requestStop", "stopping"],
  ["stopping", "requestDrain", "stopping"],
  ["stopping", "requestStop", "stopping"],
  ["stopped", "requestDrain", "stopped"],
  ["stopped", "requestStop", "stopped"],
];

describe("a lifecycle", () => {
  for (const [from, request, to] of TRANSITIONS) {
    test(`goes from ${from} to ${to} at ${request}`, () => {
      const lifecycle = inState(from);
      expect(lifecycle.state).toBe(from);
      lifecycle[request]();
      expect(lifecycle.state).toBe(to);
    });
  }

  test("does not run if a drain was requested during the start", () => {
    const lifecycle = new Lifecycle();
    lifecycle.requestDrain();
    expect(() => lifecycle.markRunning()).toThrow(StartInterrupted);
    expect(lifecycle.state).toBe("draining");
  });

  test("aborts what the start waits for when a drain or a stop is requested", () => {
    for (const request of ["requestDrain", "requestStop"] as const) {
      const lifecycle = new Lifecycle();
      expect(lifecycle.drainRequested.aborted).toBe(false);
      lifecycle[request]();
      expect(lifecycle.drainRequested.reason).toBeInstanceOf(StartInterrupted);
    }
  });

  test("drains and is faulty after a failure, even if it was draining already", () => {
    const lifecycle = inState("draining");
    expect(lifecycle.hasFailed).toBe(false);
    lifecycle.fail();
    expect([lifecycle.hasFailed, lifecycle.state]).toEqual([true, "draining"]);
    const running = inState("running");
    running.fail();
    expect([running.hasFailed, running.state]).toEqual([true, "draining"]);
  });
});

describe("the deadline of a drain", () => {
  test("is set by the first request, and later ones do not move it", () => {
    const lifecycle = inState("running");
    lifecycle.setDrainTimeout(600_000);
    expect(lifecycle.deadline).toBeUndefined();
    const before = Date.now();
    lifecycle.requestDrain();
    const { deadline } = lifecycle;
    expect(deadline?.getTime()).toBeGreaterThanOrEqual(before + 600_000);
    lifecycle.setDrainTimeout(1);
    lifecycle.requestDrain();
    lifecycle.requestStop();
    expect(lifecycle.deadline).toBe(deadline);
  });

  test("is unknown if the drain was requested before the configuration was read", () => {
    const lifecycle = new Lifecycle();
    lifecycle.requestDrain();
    lifecycle.setDrainTimeout(600_000);
    expect(lifecycle.deadline).toBeUndefined();
  });
});

describe("waiting for a state", () => {
  test("ends when it is reached, and not before", async () => {
    const lifecycle = new Lifecycle();
    let reached = false;
    const waiting = lifecycle.whenReached("draining").then(() => {
      reached = true;
    });
    lifecycle.markRunning();
    await settle();
    expect(reached).toBe(false);
    lifecycle.requestDrain();
    await waiting;
    expect(reached).toBe(true);
  });

  test("ends at once for a state that was reached before", async () => {
    const lifecycle = new Lifecycle();
    lifecycle.markStopped();
    expect(await lifecycle.whenReached("running")).toBeUndefined();
  });

  test("ends for a state that was skipped", async () => {
    const lifecycle = new Lifecycle();
    const waiting = lifecycle.whenReached("draining");
    lifecycle.requestStop();
    expect(await waiting).toBeUndefined();
  });
});
