import { describe, expect, test } from "bun:test";
import { openAll } from "./open-all.ts";
import type { Requirement } from "./requirement.ts";

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
