import { describe, expect, test } from "bun:test";
import { cutToWidth, widthOf } from "./width.ts";

describe("text cut to a width", () => {
  test("is unchanged if it fits", () => {
    expect(cutToWidth("hello", 5)).toBe("hello");
    expect(cutToWidth("日本", 4)).toBe("日本");
  });

  test("ends with an ellipsis if it does not fit", () => {
    expect(cutToWidth("hello!", 5)).toBe("hell…");
  });

  test("counts wide characters as two columns and never splits them", () => {
    expect(cutToWidth("日本語", 5)).toBe("日本…");
    expect(cutToWidth("日本語", 4)).toBe("日…");
    expect(cutToWidth("👩🏽‍❤️‍💋‍👩🏽👩🏽‍❤️‍💋‍👩🏽", 3)).toBe("👩🏽‍❤️‍💋‍👩🏽…");
    expect(widthOf(cutToWidth("각🇩🇪e\u0301漢".repeat(50), 40))).toBeLessThanOrEqual(40);
  });

  test("is short even if its characters take no columns", () => {
    expect(cutToWidth(`a${"\u0301".repeat(100_000)}`, 10).length).toBeLessThan(200);
  });

  test("is only the ellipsis if there is no room", () => {
    expect(cutToWidth("hello", 1)).toBe("…");
  });
});
