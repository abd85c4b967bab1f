import { describe, expect, test } from "bun:test";
import { ClientError } from "./client-error.ts";
import { MAX_INPUT_BYTES, messageFrom } from "./message.ts";

const never = new AbortController().signal;

/** Standard input with this in it. */
function input(chunks: readonly (string | Uint8Array)[], isTTY = false) {
  async function* stdin() {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const told: string[] = [];
  return { stdin: Object.assign(stdin(), { isTTY }), tell: (text: string) => void told.push(text), told };
}

describe("message of run", () => {
  test("is the argument itself", async () => {
    expect(await messageFrom("Write a haiku", input(["not read"]), never)).toBe("Write a haiku");
  });

  test("is read completely from standard input for -, including split characters", async () => {
    const bytes = Buffer.from("Grüße 🚀\n");
    const chunks = [...bytes].map((byte) => Uint8Array.of(byte));
    const source = input(chunks);
    expect(await messageFrom("-", source, never)).toBe("Grüße 🚀\n");
    expect(source.told).toEqual([]);
  });

  test("explains on a terminal that input is awaited", async () => {
    const source = input(["Hi\n"], true);
    expect(await messageFrom("-", source, never)).toBe("Hi\n");
    expect(source.told.join("")).toContain("Ctrl-D");
  });

  test("is refused if it is empty, too long or not text", async () => {
    for (const [argument, chunks, problem] of [
      [" ", [], "The message is empty"],
      ["-", [], "standard input had nothing in it"],
      ["-", ["\n \n"], "standard input had nothing in it"],
      ["-", ["x".repeat(MAX_INPUT_BYTES), "y"], "is longer than 1 MiB"],
      ["-", ["a\0b"], "contains NUL bytes"],
      ["-", [Uint8Array.of(0xff, 0xfe)], "no text in UTF-8"],
    ] as const) {
      const reading = messageFrom(argument, input(chunks), never);
      await expect(reading).rejects.toThrow(ClientError);
      await expect(reading).rejects.toThrow(problem);
    }
  });

  test("is refused with the reason if it cannot be read", async () => {
    for (const [code, problem] of [
      ["EISDIR", "Standard input is a directory: give the message in a file or a pipe"],
      ["EIO", "Standard input cannot be read: it is broken"],
    ] as const) {
      const fail = () => {
        throw Object.assign(new Error("it is broken"), { code });
      };
      const reading = messageFrom("-", { stdin: { [Symbol.asyncIterator]: fail }, tell: () => undefined }, never);
      await expect(reading).rejects.toThrow(ClientError);
      await expect(reading).rejects.toThrow(problem);
    }
  });

  test("is read up to the limit if it never ends", async () => {
    async function* endless() {
      for (;;) yield new Uint8Array(65_536).fill(120);
    }
    const source = { stdin: endless(), tell: () => undefined };
    await expect(messageFrom("-", source, never)).rejects.toThrow("is longer than");
  });

  test("is no longer awaited when the signal aborts", async () => {
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    const controller = new AbortController();
    const reading = messageFrom("-", { stdin: silent, tell: () => undefined }, controller.signal);
    controller.abort(new Error("given up"));
    await expect(reading).rejects.toThrow("given up");
  });
});
