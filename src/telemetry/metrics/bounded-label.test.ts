import { expect, test } from "bun:test";
import { BoundedLabel } from "./bounded-label.ts";

test("a label has as many values as allowed; further ones are `other`, and the first ones stay", () => {
  const label = new BoundedLabel(2);
  expect(["a", "b", "c", "a", "c", "b"].map((value) => label.of(value))).toEqual([
    "a",
    "b",
    "other",
    "a",
    "other",
    "b",
  ]);
});

test("a very long value is `other`, and takes no place", () => {
  const label = new BoundedLabel(1);
  expect(label.of("x".repeat(101))).toBe("other");
  expect(label.of("a")).toBe("a");
});
