/** Code units that are examined around a cut. */
const WINDOW = 256;
/** Longest grapheme cluster in code units; a family emoji has 15. Longer ones are cut between code points. */
const MAX_CLUSTER_LENGTH = 64;

let made: Intl.Segmenter | undefined;

function segmenter(): Intl.Segmenter {
  made ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return made;
}

/**
 * The last index up to `index` at which a text can be cut without splitting a grapheme cluster: a surrogate pair, a letter
 * with its accent, or an emoji made of several code points.
 */
export function boundaryBefore(text: string, index: number): number {
  return around(text, index).before;
}

/** The first such index from `index` on: see {@link boundaryBefore}. */
export function boundaryAfter(text: string, index: number): number {
  return around(text, index).after;
}

/** The grapheme clusters of a text. */
export function* graphemes(text: string): Generator<string> {
  for (const { segment } of segmenter().segment(text)) yield segment;
}

function around(text: string, index: number): { readonly before: number; readonly after: number } {
  if (index <= 0) return { before: 0, after: 0 };
  if (index >= text.length) return { before: text.length, after: text.length };
  const from = windowStart(text, index);
  const found = segmenter()
    .segment(text.slice(from, index + WINDOW))
    .containing(index - from);
  if (found === undefined || found.segment.length > MAX_CLUSTER_LENGTH) return betweenCodePoints(text, index);
  const before = from + found.index;
  return before === index ? { before, after: index } : { before, after: before + found.segment.length };
}

/** An index before `index` that is a boundary: before a space if there is one. */
function windowStart(text: string, index: number): number {
  const start = Math.max(index - WINDOW, 0);
  const space = text.lastIndexOf(" ", index - 1);
  if (space >= start) return space;
  return betweenCodePoints(text, start).before;
}

function betweenCodePoints(text: string, index: number): { readonly before: number; readonly after: number } {
  const splits = isHigh(text.charCodeAt(index - 1)) && isLow(text.charCodeAt(index));
  return splits ? { before: index - 1, after: index + 1 } : { before: index, after: index };
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;
