import { expect, mock, test } from "bun:test";
import { IdleMemory } from "./idle-memory.ts";

test("memory is released once after the start, and once after each time of work", () => {
  const executions = { count: 0, finished: 0 };
  const release = mock(() => undefined);
  const memory = new IdleMemory(executions, release);
  const releases = (): number => {
    memory.check();
    return release.mock.calls.length;
  };
  expect([releases(), releases()]).toEqual([1, 1]);

  executions.count = 1;
  expect(releases()).toBe(1);
  executions.count = 0;
  executions.finished = 3;
  // It has just ended: its session may continue at once.
  expect(releases()).toBe(1);
  expect([releases(), releases()]).toEqual([2, 2]);
});

test("memory is not released while an execution runs, however long", () => {
  const release = mock(() => undefined);
  const memory = new IdleMemory({ count: 1, finished: 0 }, release);
  for (let check = 0; check < 5; check++) memory.check();
  expect(release).not.toHaveBeenCalled();
});
