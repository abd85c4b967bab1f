import { describe, expect, test } from "bun:test";
import { recordFailure, withOutcome } from "./tool-outcome.ts";

describe("a failure that is noted", () => {
  test("belongs to the current tool call, however deep within it", async () => {
    const { result, outcome } = await withOutcome(async () => {
      await Promise.resolve();
      recordFailure("exit code 1");
      return "output";
    });
    expect(result).toBe("output");
    expect(outcome).toEqual({ failure: "exit code 1" });
  });

  test("does not belong to another call that runs at the same time", async () => {
    const gate = Promise.withResolvers<void>();
    const fine = withOutcome(() => gate.promise);
    const failing = withOutcome(async () => recordFailure("broken"));
    gate.resolve();
    expect((await failing).outcome).toEqual({ failure: "broken" });
    expect((await fine).outcome).toEqual({});
  });

  test("has no effect outside of a call", () => {
    expect(() => recordFailure("outside of a call")).not.toThrow();
  });
});
