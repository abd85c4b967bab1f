import { Beginnings, beginningOf } from "./beginnings.ts";
import { beginningAtEnd, endAtBeginning, indexOfRepetitive, isRepetitive } from "./fragments.ts";
import type { Pattern } from "./patterns.ts";
import { type Range, rangeOf, type View } from "./view.ts";

/** With fewer patterns each is searched separately, which is faster. */
const FEW = 12;
/** Characters outside the range of a view's values that still belong to a match. */
const MARGIN = 512;

/** Searches many patterns in a view, in linear time. */
export class PatternSearch {
  readonly #patterns: readonly Pattern[];
  readonly #bits: 4 | 8;
  readonly #beginnings = new Beginnings<Pattern>();
  readonly #ends = new Beginnings<Pattern>();
  /** Beginnings that are shorter than those of {@link Beginnings}. */
  readonly #short = new Set<number>();
  readonly #longest: number;

  /** @param bits of a value: 8 for bytes, 4 for half bytes */
  constructor(patterns: readonly Pattern[], bits: 4 | 8) {
    this.#patterns = patterns;
    this.#bits = bits;
    this.#longest = patterns.reduce((longest, { values }) => Math.max(longest, values.length), 0);
    for (const pattern of patterns) {
      this.#beginnings.add(beginningOf(pattern.values, bits), pattern);
      this.#ends.add(beginningOf(pattern.values.slice(-32 / bits).reverse(), bits), pattern);
      for (let length = 1; length < 32 / bits; length++) this.#short.add(this.#shortKey(pattern.values, 0, length));
    }
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /**
   * Adds the ranges of the patterns.
   * @param text the text of the view, if spaces in it separate words
   */
  find(view: View, ranges: Range[], text?: string): void {
    if (this.isEmpty || view.length === 0) return;
    const values = Buffer.from(view.values.buffer, view.values.byteOffset, view.length);
    const few = this.#patterns.length <= FEW;
    for (const pattern of few ? this.#patterns : this.#beginnings.inValues(view.values, this.#bits)) {
      const { length } = pattern.values;
      const next = isRepetitive(pattern)
        ? (from: number) => indexOfRepetitive(values, pattern, from)
        : (from: number) => values.indexOf(pattern.values, from);
      for (let at = next(0); at >= 0; at = next(at + length)) {
        const range = rangeOf(view, at, length);
        if (pattern.isTight === true && text?.slice(range.start, range.end).includes(" ") === true) continue;
        ranges.push(range);
      }
    }
  }

  /**
   * Index of a pattern's prefix at the end of the text (at least 32 bits if the text was cut); the text's
   * length if there is none.
   */
  cutOffAtEnd(view: View, textLength: number, end: "cut" | "growing"): number {
    if (this.isEmpty || view.length === 0 || textLength - (view.ends[view.length - 1] ?? 0) > MARGIN)
      return end === "cut" ? textLength : (view.unfinished ?? textLength);
    const tail = view.values.subarray(Math.max(view.length - this.#longest + 1, 0));
    let longest = 0;
    for (const pattern of this.#beginnings.inValues(tail, this.#bits))
      longest = Math.max(longest, beginningAtEnd(tail, pattern));
    if (end === "cut") return longest < 32 / this.#bits ? textLength : (view.starts[view.length - longest] ?? 0);
    for (let length = 32 / this.#bits - 1; length > longest; length--) {
      const first = view.length - length;
      if (first >= 0 && this.#short.has(this.#shortKey(view.values, first, length))) longest = length;
    }
    const from = longest === 0 ? textLength : (view.starts[view.length - longest] ?? 0);
    return Math.min(from, view.unfinished ?? textLength);
  }

  /** Adds what at the start of a text is the end of a pattern, at least 32 bits of it. */
  findCutOffAtStart(view: View, ranges: Range[]): void {
    if (this.isEmpty || view.length === 0 || (view.starts[0] ?? 0) > MARGIN) return;
    const head = view.values.slice(0, Math.max(this.#longest - 1, 0)).reverse();
    for (const pattern of this.#ends.inValues(head, this.#bits)) {
      const length = endAtBeginning(view.values, pattern);
      if (length >= 32 / this.#bits) ranges.push({ start: 0, end: view.ends[length - 1] ?? 0 });
    }
  }

  #shortKey(values: Uint8Array, first: number, length: number): number {
    let key = length;
    for (let index = first; index < first + length; index++) key = key * 256 + (values[index] ?? 0);
    return key;
  }
}
