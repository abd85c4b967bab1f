import { expect, test } from "bun:test";
import { exactNumber, shortNumber } from "./number-format.ts";

test("counts have separators, or a unit where there is little room", () => {
  expect([0, 999, 1_000, 12_345, 1_234_567].map(exactNumber)).toEqual(["0", "999", "1,000", "12,345", "1,234,567"]);
  expect([0, 999, 1_000, 12_345, 1_234_567].map(shortNumber)).toEqual(["0", "999", "1K", "12.3K", "1.2M"]);
});

test("other numbers than counts have the form of the format", () => {
  expect([-1, 0.25, Number.NaN].map(exactNumber)).toEqual(["-1", "0.25", "NaN"]);
  expect([-1, 0.25, 1e9].map(shortNumber)).toEqual(["-1", "0.3", "1B"]);
});
