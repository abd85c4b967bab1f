import { expect, test } from "bun:test";
import { backoffMs } from "./backoff.ts";

const backoff = { initialMs: 100, maxMs: 1_000 };

test("waits double from the initial to the maximum one, each between half and all of it", () => {
  const full = [100, 200, 400, 800, 1_000, 1_000];
  for (const [index, most] of full.entries()) {
    // Chance decides within the bounds: many draws make it unlikely that a wrong bound is not seen.
    for (let draw = 0; draw < 200; draw++) {
      const wait = backoffMs(index + 1, backoff);
      expect(wait).toBeGreaterThanOrEqual(most / 2);
      expect(wait).toBeLessThanOrEqual(most);
    }
  }
});

test("waits are randomized", () => {
  expect(new Set(Array.from({ length: 50 }, () => backoffMs(3, backoff))).size).toBeGreaterThan(1);
});

test("waits stay finite after any number of attempts", () => {
  expect(backoffMs(100_000, backoff)).toBeLessThanOrEqual(1_000);
});
