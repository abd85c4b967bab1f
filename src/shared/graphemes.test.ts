import { describe, expect, test } from "bun:test";
import { boundaryAfter, boundaryBefore, graphemes } from "./graphemes.ts";

/** Characters that are several code units: a pair, a letter with its accent, emoji made of several, flags. */
const CHARACTERS = [
  "😀",
  "e\u0301",
  "👩🏽‍❤️‍💋‍👩🏽",
  "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
  "🇩🇪",
  "각",
  "क्षि",
];

describe("cut position", () => {
  for (const character of CHARACTERS) {
    test(`is never inside of ${character}`, () => {
      for (const padding of [" ", "x".repeat(1_000)]) {
        const text = `${padding}${character}${character}z`;
        const starts = [padding.length, padding.length + character.length, padding.length + 2 * character.length];
        for (let index = padding.length; index <= text.length; index++) {
          expect([...starts, text.length]).toContain(boundaryBefore(text, index));
          expect([...starts, text.length]).toContain(boundaryAfter(text, index));
          expect(boundaryBefore(text, index)).toBeLessThanOrEqual(index);
          expect(boundaryAfter(text, index)).toBeGreaterThanOrEqual(index);
        }
      }
    });
  }

  test("is not moved between characters", () => {
    for (const index of [0, 3, 11, 20]) expect(boundaryBefore("hello world", index)).toBe(Math.min(index, 11));
  });

  test("is between code points in an endless grapheme cluster", () => {
    const text = `e${"\u0301".repeat(10_000)}😀`;
    expect(boundaryBefore(text, 5_000)).toBe(5_000);
    expect(boundaryBefore(text, 10_002)).toBe(10_001);
  });
});

test("the characters of a text are grapheme clusters", () => {
  expect([...graphemes(CHARACTERS.join(""))]).toEqual(CHARACTERS);
});
