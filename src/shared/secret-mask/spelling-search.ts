import { Beginnings, beginningOf } from "./beginnings.ts";
import { indexOfRepetitive, isRepetitive } from "./fragments.ts";
import type { Range } from "./view.ts";

/** With fewer texts each is searched separately, which is faster. */
const FEW = 12;
/** Prefixes up to this length are searched one by one at the end of a text. */
const MAX_SHORT_LENGTH = 16;
/** Shorter prefixes are not masked at a cut. */
const MIN_CUT_LENGTH = 4;

interface Spelling {
  readonly text: string;
  /** Its characters, if a plain search for it could be quadratic. */
  readonly repetitive?: { readonly values: Uint16Array };
}

/** Searches many strings in a text, in linear time. */
export class SpellingSearch {
  readonly #spellings: readonly Spelling[];
  readonly #beginnings = new Beginnings<Spelling>();

  constructor(spellings: readonly string[]) {
    this.#spellings = spellings.map((text) => {
      const pattern = { values: charactersOf(text) };
      return isRepetitive(pattern) ? { text, repetitive: pattern } : { text };
    });
    for (const spelling of this.#spellings)
      this.#beginnings.add(beginningOf(Uint8Array.from(charactersOf(spelling.text.slice(0, 4))), 8), spelling);
  }

  /** Adds their ranges. */
  find(text: string, ranges: Range[]): void {
    for (const spelling of this.#spellings.length <= FEW ? this.#spellings : this.#beginnings.inText(text)) {
      const { length } = spelling.text;
      const next = searchFor(spelling, text);
      for (let start = next(0); start >= 0; start = next(start + length)) ranges.push({ start, end: start + length });
    }
  }

  /** Index of a short spelling's prefix at the end of the text; the text's length if there is none. */
  cutOffAtEnd(text: string, end: "cut" | "growing"): number {
    let held = end === "cut" ? MIN_CUT_LENGTH - 1 : 0;
    for (const spelling of this.#spellings) {
      for (let length = Math.min(spelling.text.length - 1, text.length, MAX_SHORT_LENGTH); length > held; length--) {
        if (text.endsWith(spelling.text.slice(0, length))) held = length;
      }
    }
    return end === "cut" && held < MIN_CUT_LENGTH ? text.length : text.length - held;
  }
}

function searchFor(spelling: Spelling, text: string): (from: number) => number {
  const { repetitive } = spelling;
  if (repetitive === undefined || text.length < spelling.text.length)
    return (from) => text.indexOf(spelling.text, from);
  const all = charactersOf(text);
  return (from) => indexOfRepetitive(all, repetitive, from);
}

function charactersOf(text: string): Uint16Array {
  const values = new Uint16Array(text.length);
  for (let index = 0; index < text.length; index++) values[index] = text.charCodeAt(index);
  return values;
}
