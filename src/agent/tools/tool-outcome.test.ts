import { describe, expect, test } from "bun:test";
import { recordFailure, withOutcome } from "./tool-outcome.ts";

describe("a failure that is noted", () => {
  test("belongs to the current tool call, however deep within it", async () => {
    const { result, outcome } = await withOutcome("call-1", async () => {
      await Promise.resolve();
      recordFailure("exit code 1");
      return "output";
    });
    expect(result).toBe("output");
    expect(outcome).toEqual({ callId: "call-1", failure: "exit code 1" });
  });

  test("does not belong to another call that runs at the same time", async () => {
    const gate = Promise.withResolvers<void>();
    const fine = withOutcome("call-1", () => gate.promise);
    const failing = withOutcome("call-1", async () => recordFailure("broken"));
    gate.resolve();
    expect((await failing).outcome).toEqual({ callId: "call-1", failure: "broken" });
    expect((await fine).outcome).toEqual({ callId: "call-1" });
  });

  test("has no effect outside of a call", () => {
    expect(() => recordFailure("outside of a call")).not.toThrow();
  });
});
