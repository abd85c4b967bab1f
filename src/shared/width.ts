import { boundaryBefore, graphemes } from "./graphemes.ts";

/** Most code units that are looked at for each column: accents, and emoji made of several. */
const UNITS_PER_COLUMN = 16;

/** How many columns of a terminal a text takes: wide characters take two, accents none. */
export function widthOf(text: string): number {
  return Bun.stringWidth(text);
}

/** The head of a text that fits into so many columns, with `…` at its end where something is missing. */
export function cutToWidth(text: string, columns: number): string {
  const most = columns * UNITS_PER_COLUMN;
  if (text.length <= most && widthOf(text) <= columns) return text;
  let head = "";
  let width = 0;
  for (const character of graphemes(text.slice(0, boundaryBefore(text, most)))) {
    width += widthOf(character);
    if (width > columns - 1) break;
    head += character;
  }
  return `${head}…`;
}
