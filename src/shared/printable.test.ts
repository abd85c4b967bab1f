import { describe, expect, test } from "bun:test";
import { printable } from "./printable.ts";

describe("text for a terminal", () => {
  test("is as it was where it is only text", () => {
    const text = "Grüße\n\t✓ 🚀 日本語 [31m ]52;c;";
    expect(printable(text)).toBe(text);
  });

  test("has no control sequences", () => {
    expect(printable("\u001b[31mred\u001b[0m \u001b[2J\u001b[1;1Hgone")).toBe("red gone");
    expect(printable("a\u001b]52;c;ZXZpbA==\u0007b\u001b]0;title\u001b\\c")).toBe("abc");
    expect(printable("\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007")).toBe("click");
  });

  test("shows what is left of them, and single control characters", () => {
    expect(printable("\u001b")).toBe("␛");
    expect(printable("a\u0000b\u0008c\u007fd\u009be")).not.toMatch(/(?![\n\t])\p{Cc}/u);
    for (let code = 0; code < 0xa0; code++) {
      const shown = printable(`x${String.fromCharCode(code)}`);
      expect(shown).not.toMatch(/(?![\n\t])\p{Cc}/u);
    }
  });

  test("has its lines apart, however they end", () => {
    expect(printable("10%\r20%\r\r\n30%\r\n")).toBe("10%\n20%\n30%\n");
  });
});
