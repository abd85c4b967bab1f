import { expect, test } from "bun:test";
import { pause } from "../../test/support/eventually.ts";
import { inParallel } from "./in-parallel.ts";

test("all items are processed with limited concurrency", async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++running);
    await pause(item % 2);
    running--;
    done.push(item);
  });
  expect(done.sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test("an error stops starting further items", async () => {
  const begun: number[] = [];
  const work = inParallel([1, 2, 3, 4, 5, 6], 2, async (item) => {
    begun.push(item);
    await pause(1);
    if (item === 2) throw new Error("no");
  });
  await expect(work).rejects.toThrow("no");
  await pause(20);
  expect(begun.length).toBeLessThan(5);
});
