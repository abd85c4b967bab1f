import type { Pattern } from "./patterns.ts";

/** Bytes, half bytes or characters. */
type Values = Uint8Array | Uint16Array;
interface Wanted {
  readonly values: Values;
}

/** The failure function of Knuth, Morris and Pratt: for each prefix, the longest proper prefix that is also its suffix. */
const tables = new WeakMap<Wanted, Uint16Array | Uint32Array>();

/**
 * Length of the longest proper prefix of a pattern at the end of the values. Linear in the pattern's length (Knuth, Morris
 * and Pratt).
 */
export function beginningAtEnd(values: Uint8Array, pattern: Pattern): number {
  const { length } = pattern.values;
  const tail = values.subarray(Math.max(values.length - length + 1, 0));
  return matched(tail, pattern);
}

/** Length of the longest proper suffix of a pattern at the beginning of the values. */
export function endAtBeginning(values: Uint8Array, pattern: Pattern): number {
  const head = values.slice(0, pattern.values.length - 1).reverse();
  return matched(head, reversed(pattern));
}

/** Maximum length of a repeated prefix in a pattern; beyond it a plain search may be quadratic. */
const MAX_REPETITION = 32;

/** Whether a pattern is so repetitive that a plain search may be quadratic. */
export function isRepetitive(pattern: Wanted): boolean {
  return pattern.values.length > MAX_REPETITION && tableOf(pattern).some((length) => length > MAX_REPETITION);
}

/** Index of a pattern from an index on, or -1. Linear for any pattern. */
export function indexOfRepetitive(values: Values, pattern: Wanted, from: number): number {
  const wanted = pattern.values;
  const shorter = tableOf(pattern);
  let length = 0;
  for (let index = from; index < values.length; index++) {
    while (length > 0 && wanted[length] !== values[index]) length = shorter[length - 1] ?? 0;
    if (wanted[length] === values[index]) length++;
    if (length === wanted.length) return index - length + 1;
  }
  return -1;
}

function matched(values: Uint8Array, pattern: Pattern): number {
  const wanted = pattern.values;
  const shorter = tableOf(pattern);
  let length = 0;
  for (const value of values) {
    while (length > 0 && wanted[length] !== value) length = shorter[length - 1] ?? 0;
    if (wanted[length] === value) length++;
  }
  return length;
}

function tableOf(pattern: Wanted): Uint16Array | Uint32Array {
  const known = tables.get(pattern);
  if (known !== undefined) return known;
  const { values } = pattern;
  const made = values.length > 0xffff ? new Uint32Array(values.length) : new Uint16Array(values.length);
  let length = 0;
  for (let index = 1; index < values.length; index++) {
    while (length > 0 && values[length] !== values[index]) length = made[length - 1] ?? 0;
    if (values[length] === values[index]) length++;
    made[index] = length;
  }
  tables.set(pattern, made);
  return made;
}

const reversals = new WeakMap<Pattern, Pattern>();

function reversed(pattern: Pattern): Pattern {
  const known = reversals.get(pattern);
  if (known !== undefined) return known;
  const made = { values: pattern.values.slice().reverse() };
  reversals.set(pattern, made);
  return made;
}
