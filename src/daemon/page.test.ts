import { describe, expect, test } from "bun:test";
import { PAGE_BYTES, page } from "./page.ts";

const items = Array.from({ length: 120 }, (_, index) => ({ index, bytes: 10 }));

describe("page of a list", () => {
  test("has the requested number of entries, according to its number", () => {
    expect(page(items, 10, "1")).toEqual({ totalPages: 12, count: 120, entries: items.slice(0, 10) });
    expect(page(items, 10, "12").entries).toEqual(items.slice(110));
    expect(page(items, 50, "3").entries).toHaveLength(20);
  });

  test("is the first one without a valid number", () => {
    for (const token of ["", "0", "-3", "abc"]) expect(page(items, 10, token).entries).toEqual(items.slice(0, 10));
  });

  test("has a default and a maximum size", () => {
    expect(page(items, 0, "").entries).toHaveLength(50);
    const many = Array.from({ length: 1_000 }, () => ({ bytes: 1 }));
    expect(page(many, 10_000, "").entries).toHaveLength(500);
  });

  test("is empty after the last one", () => {
    expect(page(items, 100, "3")).toEqual({ totalPages: 2, count: 120, entries: [] });
    expect(page([], 10, "")).toEqual({ totalPages: 0, count: 0, entries: [] });
  });

  test("has fewer entries if they are large, and all pages together contain each once", () => {
    const sizes = [1, PAGE_BYTES, 1, PAGE_BYTES / 2, PAGE_BYTES / 2, 1, PAGE_BYTES * 2, 1];
    const large = sizes.map((bytes, index) => ({ index, bytes }));
    const { totalPages } = page(large, 10, "");
    const all = Array.from({ length: totalPages }, (_, index) => page(large, 10, String(index + 1)).entries);
    expect(all.map((entries) => entries.map(({ index }) => index))).toEqual([[0], [1], [2, 3], [4, 5], [6], [7]]);
  });
});
