import { expect, test } from "bun:test";
import { expiryProblem } from "./expiry.ts";

const END = Date.parse("2026-01-19T10:00:00Z");
const HOUR = 3_600_000;

test("a token's end is nothing to see to until a day before, then a notice, then a failure", () => {
  const at = (now: number) => expiryProblem(END, now, "renew it");
  expect(at(END - 24 * HOUR - 1)).toBeUndefined();
  expect(at(END - 24 * HOUR)).toEqual({
    status: "degraded",
    reason: "it expires at 2026-01-19T10:00:00Z, in 24 h 0 min: renew it",
  });
  expect(at(END - 1)?.status).toBe("degraded");
  expect(at(END)?.status).toBe("failed");
  expect(at(END + HOUR)).toEqual({
    status: "failed",
    reason: "it expired at 2026-01-19T10:00:00Z, 1 h 0 min ago: renew it",
  });
});

test("a token without an end has none to wait for", () => {
  expect(expiryProblem(undefined, END, "renew it")).toBeUndefined();
});
