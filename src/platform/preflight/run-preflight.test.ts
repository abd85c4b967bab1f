import { describe, expect, test } from "bun:test";
import { degraded } from "../../shared/health.ts";
import { RunnerError } from "../../shared/runner-error.ts";
import { openAll } from "./open-all.ts";
import type { Requirement } from "./requirement.ts";
import { type PreflightResult, runPreflight } from "./run-preflight.ts";

class Unusable extends RunnerError<"unusable"> {}

/** Requirements that note what is closed. */
function world() {
  const closed: string[] = [];
  const requirement = <T>(name: string, open: () => Promise<T>, limitMs = 60_000): Requirement<T> => ({
    name,
    limitMs,
    open: async () => ({ value: await open(), close: () => void closed.push(name) }),
  });
  return { closed, requirement };
}

const never = () => new Promise<never>(() => undefined);

describe("a preflight", () => {
  test("reports each requirement with its problem, in order, and closes what it opened", async () => {
    const { closed, requirement } = world();
    const problem = degraded("nearly full", ["Free space."]);
    const told: PreflightResult[] = [];
    const results = await runPreflight(
      [
        requirement("good", async () => undefined),
        requirement("bad", async () => {
          throw new Unusable("unusable", "nothing listens", { remedies: ["Start it."] });
        }),
        requirement("degraded", async () => problem),
        requirement("broken", async () => {
          throw new TypeError("a defect");
        }),
      ],
      (result) => told.push(result),
    );
    const latencyMs = expect.any(Number);
    expect(results).toEqual([
      { name: "good", latencyMs },
      { name: "bad", latencyMs, problem: { status: "failed", reason: "nothing listens", remedies: ["Start it."] } },
      { name: "degraded", latencyMs, problem },
      { name: "broken", latencyMs, problem: { status: "failed", reason: "a defect" } },
    ]);
    expect(closed.sort()).toEqual(["degraded", "good"]);
    expect(told.map(({ name }) => name).sort()).toEqual(["bad", "broken", "degraded", "good"]);
  });

  test("gives each requirement its own limit, and closes one that opens too late", async () => {
    const { closed, requirement } = world();
    const late = Promise.withResolvers<undefined>();
    const results = await runPreflight([
      requirement("hanging", never, 5),
      requirement("late", () => late.promise, 5),
      requirement("good", async () => undefined),
    ]);
    expect(results.map(({ problem }) => problem?.reason)).toEqual([
      "hanging does not answer within 0.005 s",
      "late does not answer within 0.005 s",
      undefined,
    ]);
    late.resolve(undefined);
    await late.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(closed).toEqual(["good", "late"]);
  });
});

describe("opening all requirements", () => {
  test("keeps what was opened until the stack is disposed", async () => {
    const { closed, requirement } = world();
    const stack = new AsyncDisposableStack();
    const values = await openAll(stack, [requirement("one", async () => 1), requirement("two", async () => "2")]);
    expect(values satisfies readonly [number, string]).toEqual([1, "2"]);
    expect(closed).toEqual([]);
    await stack.disposeAsync();
    expect(closed.sort()).toEqual(["one", "two"]);
  });

  test("fails with the first failure in the list, and leaves the others to the stack", async () => {
    const { closed, requirement } = world();
    const stack = new AsyncDisposableStack();
    const first = Promise.withResolvers<never>();
    const opening = openAll(stack, [
      requirement("first", () => first.promise),
      requirement("second", async () => {
        throw new Error("second");
      }),
      requirement("third", async () => 3),
    ]);
    first.reject(new Error("first"));
    await expect(opening).rejects.toThrow("first");
    await stack.disposeAsync();
    expect(closed).toEqual(["third"]);
  });
});
