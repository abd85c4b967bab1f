import { expect, test } from "bun:test";
import { closeIfLate } from "./close-if-late.ts";
import { untilAborted } from "./time.ts";

test("what opens in time is returned and not closed", async () => {
  const closed: string[] = [];
  const opening = Promise.resolve("door");
  expect(
    await closeIfLate(
      opening,
      (one) => one,
      (late) => closed.push(late),
    ),
  ).toBe("door");
  expect(closed).toEqual([]);
});

test("what opens after the wait has ended is closed", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<string>();
  const signal = AbortSignal.abort(new Error("too late"));
  await expect(closeIfLate(promise, (one) => untilAborted(one, signal), closed.resolve)).rejects.toThrow("too late");
  resolve("door");
  expect(await closed.promise).toBe("door");
});

test("an opening that fails is thrown, and nothing is closed", async () => {
  const closed: unknown[] = [];
  const opening = Promise.reject<string>(new Error("locked"));
  await expect(
    closeIfLate(
      opening,
      (one) => one,
      (late) => closed.push(late),
    ),
  ).rejects.toThrow("locked");
  expect(closed).toEqual([]);
});
