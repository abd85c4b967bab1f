import { describe, expect, test } from "bun:test";
import { BoundedOutput } from "./bounded-output.ts";

/** What is kept of an output that comes in these pieces. */
function kept(limit: number, ...pieces: (string | Buffer)[]) {
  const output = new BoundedOutput(limit);
  for (const piece of pieces) output.push(Buffer.from(piece));
  return output.read();
}

describe("an output within the limit", () => {
  test("is kept unchanged, in any number of pieces", () => {
    expect(kept(10, "0123456789")).toEqual({ text: "0123456789", cut: 0 });
    expect(kept(10, ..."0123456789")).toEqual({ text: "0123456789", cut: 0 });
    expect(kept(10)).toEqual({ text: "", cut: 0 });
  });

  test("may split characters between pieces, and between head and tail", () => {
    const bytes = Buffer.from("ab€😀");
    const pieces = [...bytes].map((byte) => Buffer.from([byte]));
    expect(kept(bytes.length, ...pieces)).toEqual({ text: "ab€😀", cut: 0 });
  });
});

describe("an output beyond the limit", () => {
  test("keeps its first and last bytes, and says how much was cut", () => {
    const { text, cut } = kept(10, "0123456789abcdefghij");
    expect(cut).toBe(10);
    expect(text).toStartWith("012345\n");
    expect(text).toEndWith("\nghij");
    expect(text).toContain("10 bytes of output cut: only the first 6 and the last 4 are kept");
  });

  test("is the same for any number of pieces", () => {
    const whole = "0123456789abcdefghij";
    const expected = kept(10, whole);
    expect(kept(10, ...whole)).toEqual(expected);
    expect(kept(10, "0123456", "789abcdefghi", "j")).toEqual(expected);
    expect(kept(10, "01234", "", "56789abcdefgh", "ij")).toEqual(expected);
  });

  test("counts all bytes that were cut", () => {
    const output = new BoundedOutput(100);
    for (let piece = 0; piece < 1_000; piece++) output.push(Buffer.from("x".repeat(997)));
    expect(output.read().cut).toBe(997_000 - 100);
  });

  test("is well-formed text even if characters are cut", () => {
    expect(kept(10, "😀".repeat(10)).text.isWellFormed()).toBe(true);
  });
});
