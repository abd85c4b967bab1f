import { expect, test } from "bun:test";
import { isInside } from "./paths.ts";

test("a path is inside itself and the directories above it", () => {
  expect(isInside("/a/b", "/a/b")).toBe(true);
  expect(isInside("/a/b", "/a/b/c")).toBe(true);
  expect(isInside("/a/b", "/a/b/..c")).toBe(true);
  expect(isInside("/a/b", "/a")).toBe(false);
  expect(isInside("/a/b", "/a/bc")).toBe(false);
});
