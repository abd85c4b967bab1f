import { expect, test } from "bun:test";
import { AFTER_DRAIN_MS, graceWarnings } from "./grace-warning.ts";

test("warns with both values if a drain does not fit into the grace period", () => {
  const [warning = "", ...more] = graceWarnings({ drainTimeoutMs: 600_000, terminationGraceMs: 30_000 });
  expect(more).toEqual([]);
  for (const text of ["DRAIN_TIMEOUT is 600 s", "POD_TERMINATION_GRACE_SECONDS is 30 s", "at least 628", "at most 2"])
    expect(warning).toContain(text);
});

test("names no lower DRAIN_TIMEOUT if none would fit", () => {
  expect(graceWarnings({ drainTimeoutMs: 0, terminationGraceMs: 10_000 })[0]).not.toContain("at most");
});

test("is silent if it fits, or if the grace period is unknown", () => {
  expect(graceWarnings({ drainTimeoutMs: 600_000 })).toEqual([]);
  expect(graceWarnings({ drainTimeoutMs: 1_000, terminationGraceMs: 1_000 + AFTER_DRAIN_MS })).toEqual([]);
});
