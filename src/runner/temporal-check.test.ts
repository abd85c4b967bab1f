import { expect, test } from "bun:test";
import { stuck } from "./temporal-check.ts";

test("a worker whose polls are answered, or that waits for its next one, is not stuck", () => {
  expect(stuck({ unansweredMs: 110_000, idleMs: 0 })).toBeUndefined();
  expect(stuck({ unansweredMs: 0, idleMs: 1_000 })).toBeUndefined();
});

test("a worker whose polls are not answered is stuck", () => {
  expect(stuck({ unansweredMs: 130_000, idleMs: 0 })).toMatchObject({
    status: "failed",
    reason: expect.stringContaining("no poll was answered for 2 min 10 s"),
  });
});

test("a worker that asks for no work is stuck", () => {
  expect(stuck({ unansweredMs: 0, idleMs: 61_000 })).toMatchObject({
    status: "failed",
    reason: expect.stringContaining("the worker has stopped polling"),
  });
});
