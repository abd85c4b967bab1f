import { expect, test } from "bun:test";
import { expiryProblem } from "./expiry.ts";

const END = Date.parse("2026-01-19T10:00:00Z");
const HOUR = 3_600_000;

test("an expiring token is reported a day before it expires, and fails the check once it has expired", () => {
  const at = (now: number) => expiryProblem(END, now, "Renew it.");
  expect(at(END - 24 * HOUR - 1)).toBeUndefined();
  expect(at(END - 24 * HOUR)).toEqual({
    status: "degraded",
    reason: "it expires at 2026-01-19T10:00:00Z, in 24 h 0 min",
    remedies: ["Renew it."],
  });
  expect(at(END - 1)?.status).toBe("degraded");
  expect(at(END)?.status).toBe("failed");
  expect(at(END + HOUR)).toEqual({
    status: "failed",
    reason: "it expired at 2026-01-19T10:00:00Z, 1 h 0 min ago",
    remedies: ["Renew it."],
  });
});

test("a token without an expiry is never reported", () => {
  expect(expiryProblem(undefined, END, "Renew it.")).toBeUndefined();
});
