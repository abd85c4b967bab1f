import { describe, expect, test } from "bun:test";
import { printable, visible } from "./printable.ts";

describe("printable text", () => {
  test("is unchanged plain text", () => {
    const text = "Grüße\n\t✓ 🚀 日本語 [31m ]52;c;";
    expect(printable(text)).toBe(text);
  });

  test("contains no control sequences", () => {
    expect(printable("\u001b[31mred\u001b[0m \u001b[2J\u001b[1;1Hgone")).toBe("red gone");
    expect(printable("a\u001b]52;c;ZXZpbA==\u0007b\u001b]0;title\u001b\\c")).toBe("abc");
    expect(printable("\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007")).toBe("click");
  });

  test("makes remains of sequences and single control characters visible", () => {
    expect(printable("\u001b")).toBe("␛");
    expect(printable("a\u0000b\u0008c\u007fd\u009be")).not.toMatch(/(?![\n\t])\p{Cc}/u);
    for (let code = 0; code < 0xa0; code++) {
      const shown = printable(`x${String.fromCharCode(code)}`);
      expect(shown).not.toMatch(/(?![\n\t])\p{Cc}/u);
    }
  });

  test("keeps line breaks of any kind", () => {
    expect(printable("10%\r20%\r\r\n30%\r\n")).toBe("10%\n20%\n30%\n");
  });
});

describe("invisible characters", () => {
  test("are shown by code point if they change the reading order or hide", () => {
    expect(printable("a\u202eb")).toBe("a<U+202E>b");
    expect(printable("\u2066x\u2069\u200f\u061c")).toBe("<U+2066>x<3 invisible characters>");
    for (const hidden of ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u180e", "\u{e0041}", "\u{1d173}"])
      expect(printable(`rm${hidden} x`)).toMatch(/^rm<U\+[0-9A-F]{4,5}> x$/);
    expect(printable(`a${"\u{e0041}".repeat(100_000)}b`)).toBe("a<100000 invisible characters>b");
  });

  test("are shown between Latin letters, where joiners have no function", () => {
    expect(printable("pass\u200dword")).toBe("pass<U+200D>word");
    expect(printable("a\u200cb")).toBe("a<U+200C>b");
  });

  test("are kept inside emoji, flags and joining scripts", () => {
    for (const text of [
      "👩🏽‍❤️‍💋‍👩🏽",
      "🏳️‍🌈",
      "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
      "می‌خواهم",
      "क्‍ष",
      "\u0600١",
    ])
      expect(printable(text)).toBe(text);
  });

  test("are kept if they separate lines", () => {
    expect(printable("a\u2028b\u2029c")).toBe("a\nb\nc");
  });
});

test("visible() shows control sequences instead of removing them", () => {
  expect(visible("echo \u001b]0;rm -rf /\u0007")).toBe("echo ␛]0;rm -rf /␇");
  expect(visible("echo \u001b[8mhidden")).toBe("echo ␛[8mhidden");
});
