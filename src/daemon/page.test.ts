import { describe, expect, test } from "bun:test";
import { page } from "./page.ts";

const items = Array.from({ length: 120 }, (_, index) => index);

describe("a page of a list", () => {
  test("has as many entries as were asked for, from its number on", () => {
    expect(page(items, 10, "1")).toEqual({ totalPages: 12, entries: items.slice(0, 10) });
    expect(page(items, 10, "12").entries).toEqual(items.slice(110));
    expect(page(items, 50, "3").entries).toHaveLength(20);
  });

  test("is the first one where no number is given, or none that makes sense", () => {
    for (const token of ["", "0", "-3", "abc"]) expect(page(items, 10, token).entries).toEqual(items.slice(0, 10));
  });

  test("has a usual size where none is asked for, and a largest one", () => {
    expect(page(items, 0, "").entries).toHaveLength(50);
    expect(page(Array.from({ length: 2_000 }), 10_000, "").entries).toHaveLength(500);
  });

  test("is empty behind the last one", () => {
    expect(page(items, 50, "4")).toEqual({ totalPages: 3, entries: [] });
    expect(page([], 50, "")).toEqual({ totalPages: 0, entries: [] });
  });
});
