import { canonicalView, squeezedView } from "./canonical-view.ts";
import { dumpViews } from "./dump-views.ts";
import { hexView } from "./hex-view.ts";
import type { SecretPatterns } from "./patterns.ts";
import { PatternSearch } from "./search.ts";
import { SpellingSearch } from "./spelling-search.ts";
import type { Range, View } from "./view.ts";

/** Which ends of a text are cut: a secret may be incomplete there. */
export interface Openness {
  readonly start: boolean;
  /** At a cut, a few characters that a secret may begin with are left: they are characters as any. */
  readonly end: "closed" | "cut" | "growing";
}

export interface Findings {
  /** Where secrets are, in no order; they may overlap. */
  readonly ranges: readonly Range[];
  /** Index of a possible beginning of a secret at the end of the text; the text's length if there is none. */
  readonly heldFrom: number;
}

/** Finds secrets in texts, in all forms of {@link SecretPatterns}. */
export class SecretFinder {
  readonly #spellings: SpellingSearch;
  readonly #canonical: PatternSearch;
  readonly #squeezed: PatternSearch;
  readonly #hex: PatternSearch;
  readonly #bytes: PatternSearch;

  /** A text with fewer characters contains none of the secrets. */
  readonly shortest: number;

  constructor(secrets: readonly SecretPatterns[]) {
    this.shortest = shortestOf(secrets);
    this.#spellings = new SpellingSearch([...new Set(secrets.flatMap(({ spellings }) => spellings))]);
    this.#canonical = new PatternSearch(
      secrets.flatMap(({ canonical }) => canonical),
      8,
    );
    this.#squeezed = new PatternSearch(
      secrets.flatMap(({ squeezed }) => squeezed),
      8,
    );
    this.#hex = new PatternSearch(
      secrets.flatMap(({ hex }) => hex),
      4,
    );
    this.#bytes = new PatternSearch(
      secrets.flatMap(({ bytes }) => bytes),
      8,
    );
  }

  find(text: string, open: Openness): Findings {
    const ranges: Range[] = [];
    this.#spellings.find(text, ranges);
    let heldFrom = text.length;
    for (const [search, views, isText] of this.#views(text, open.end !== "closed")) {
      for (const view of views) {
        search.find(view, ranges, isText ? text : undefined);
        if (open.start) search.findCutOffAtStart(view, ranges);
        if (open.end !== "closed") heldFrom = Math.min(heldFrom, search.cutOffAtEnd(view, text.length, open.end));
      }
    }
    if (open.end !== "closed") heldFrom = Math.min(heldFrom, this.#spellings.cutOffAtEnd(text, open.end));
    return { ranges, heldFrom };
  }

  #views(text: string, isOpen: boolean): [search: PatternSearch, views: readonly View[], isText: boolean][] {
    const seen: [PatternSearch, readonly View[], boolean][] = [];
    const canonical = canonicalView(text, isOpen);
    if (!this.#canonical.isEmpty) seen.push([this.#canonical, [canonical], true]);
    // Also what is left when the text's own escapes are read may look like one.
    if (!this.#squeezed.isEmpty) seen.push([this.#squeezed, [squeezedView(text), canonical], true]);
    if (this.#hex.isEmpty) return seen;
    const { bytes, characters } = dumpViews(text, isOpen);
    seen.push([this.#hex, [hexView(text)], false], [this.#bytes, bytes, false], [this.#canonical, characters, false]);
    if (!this.#squeezed.isEmpty) seen.push([this.#squeezed, characters, false]);
    return seen;
  }
}

function shortestOf(secrets: readonly SecretPatterns[]): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const { spellings, canonical, squeezed, hex, bytes } of secrets) {
    for (const { length } of spellings) shortest = Math.min(shortest, length);
    for (const { values } of [...canonical, ...squeezed, ...hex, ...bytes]) {
      // A character is one value, and in UTF-8 up to three others after it.
      const characters = values.reduce((count, value) => ((value & 0xc0) === 0x80 ? count : count + 1), 0);
      shortest = Math.min(shortest, characters);
    }
  }
  return shortest;
}
