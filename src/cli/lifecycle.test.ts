import { describe, expect, test } from "bun:test";
import { Lifecycle } from "./lifecycle.ts";

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the life of a runner", () => {
  test("goes from starting to stopped, a step at a time", () => {
    const lifecycle = new Lifecycle();
    const states = ["running", "draining", "stopping", "stopped"] as const;
    expect(lifecycle.state).toBe("starting");
    for (const state of states) {
      expect(lifecycle.advance(state)).toBe(true);
      expect(lifecycle.state).toBe(state);
    }
  });

  test("never goes back, and says where nothing has changed", () => {
    const lifecycle = new Lifecycle();
    lifecycle.advance("draining");
    expect(lifecycle.advance("draining")).toBe(false);
    expect(lifecycle.advance("running")).toBe(false);
    expect(lifecycle.state).toBe("draining");
  });

  test("has a deadline from the start of draining, which later steps do not move", () => {
    const lifecycle = new Lifecycle();
    const deadline = new Date("2026-01-19T10:00:00.000Z");
    lifecycle.advance("running");
    expect(lifecycle.deadline).toBeUndefined();
    lifecycle.advance("draining", deadline);
    lifecycle.advance("draining", new Date());
    lifecycle.advance("stopping", new Date());
    expect(lifecycle.deadline).toBe(deadline);
  });
});

describe("waiting for a state", () => {
  test("ends when it is reached, and not before", async () => {
    const lifecycle = new Lifecycle();
    let reached = false;
    const waiting = lifecycle.reached("draining").then(() => {
      reached = true;
    });
    lifecycle.advance("running");
    await settle();
    expect(reached).toBe(false);
    lifecycle.advance("draining");
    await waiting;
    expect(reached).toBe(true);
  });

  test("ends at once for a state that was reached before", async () => {
    const lifecycle = new Lifecycle();
    lifecycle.advance("stopped");
    expect(await lifecycle.reached("running")).toBeUndefined();
  });

  test("ends for a state that was left out", async () => {
    const lifecycle = new Lifecycle();
    const waiting = lifecycle.reached("draining");
    lifecycle.advance("stopping");
    expect(await waiting).toBeUndefined();
  });
});
