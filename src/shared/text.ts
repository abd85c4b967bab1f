import { boundaryAfter, boundaryBefore } from "./graphemes.ts";

/** The result of {@link cutMiddle}. */
export interface Cut {
  readonly text: string;
  /** Number of missing characters; 0 if nothing was cut. */
  readonly cut: number;
}

/**
 * Keeps the head and the tail of a text that is longer than `limit` characters. `note(cut)` is inserted between them; it
 * does not count towards the limit. Never splits a grapheme cluster.
 */
export function cutMiddle(text: string, limit: number, note: (cut: number) => string): Cut {
  if (text.length <= limit) return { text, cut: 0 };
  const share = Math.ceil(limit * 0.6);
  const head = boundaryBefore(text, share);
  const tail = boundaryAfter(text, text.length - (limit - share));
  const cut = tail - head;
  return { text: `${wellFormed(text.slice(0, head))}${note(cut)}${wellFormed(text.slice(tail))}`, cut };
}

/**
 * Like {@link cutMiddle}, but never within a word: for texts that are masked afterwards, where the halves of a split secret
 * would not be found.
 */
export function cutBetweenWords(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = headOfWords(text, Math.ceil(limit * 0.6));
  const end = text.slice(-Math.floor(limit * 0.4));
  const tail = end.slice(end.search(/\s|$/)).trim();
  const cut = text.length - head.length - tail.length;
  return [head, `[… ${cut} characters cut …]`, tail].filter((part) => part !== "").join(" ");
}

/** The first words of a text, at most `limit` characters. */
export function headOfWords(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const head = text.slice(0, limit);
  return head.slice(0, Math.max(head.search(/\s\S*$/), 0));
}

/** Replaces lone surrogates, which a cut may leave and protobuf refuses. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/** `1 execution`, `2 executions`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(values: readonly string[]): string {
  if (values.length <= 1) return values[0] ?? "";
  return `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}

/** The first names of a list, and how many more there are: `a, b and 3 more`. */
export function firstNames(names: readonly string[], limit: number): string {
  const more = names.length - limit;
  return more > 0 ? `${names.slice(0, limit).join(", ")} and ${more} more` : names.join(", ");
}

/** The text with a full stop, unless it ends a sentence already. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
