import { expect } from "bun:test";
import * as v from "valibot";
import type { Parser } from "../../src/config/parsers/parser.ts";

/** The value that a text becomes, or what is wrong with it. */
export function read<T>(parser: Parser<T>, text: string): { readonly value: T } | { readonly problem: string } {
  const result = v.safeParse(parser.schema, text, { abortPipeEarly: true });
  return result.success ? { value: result.output } : { problem: result.issues[0].message };
}

/** Asserts that each text is refused with the same problem. */
export function refused<T>(parser: Parser<T>, problem: string, texts: readonly string[]): void {
  for (const text of texts) expect({ text, ...read(parser, text) }).toEqual({ text, problem });
}
