import { describe, expect, test } from "bun:test";
import { cutToWidth, widthOf } from "./width.ts";

describe("a text cut to a width", () => {
  test("stays as it is where it fits", () => {
    expect(cutToWidth("hello", 5)).toBe("hello");
    expect(cutToWidth("日本", 4)).toBe("日本");
  });

  test("ends with a sign where it does not", () => {
    expect(cutToWidth("hello!", 5)).toBe("hell…");
  });

  test("has wide characters counted as two, and none of them cut", () => {
    expect(cutToWidth("日本語", 5)).toBe("日本…");
    expect(cutToWidth("日本語", 4)).toBe("日…");
    expect(cutToWidth("👩🏽‍❤️‍💋‍👩🏽👩🏽‍❤️‍💋‍👩🏽", 3)).toBe("👩🏽‍❤️‍💋‍👩🏽…");
    expect(widthOf(cutToWidth("각🇩🇪e\u0301漢".repeat(50), 40))).toBeLessThanOrEqual(40);
  });

  test("is short, even where it takes no columns at all", () => {
    expect(cutToWidth(`a${"\u0301".repeat(100_000)}`, 10).length).toBeLessThan(200);
  });

  test("leaves nothing but the sign where there is no room", () => {
    expect(cutToWidth("hello", 1)).toBe("…");
  });
});
