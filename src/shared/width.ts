import { boundaryBefore, graphemes } from "./graphemes.ts";

/** Maximum number of code units per column that are examined: accents, and emoji of several code points. */
const UNITS_PER_COLUMN = 16;

/** Width of a text in terminal columns: wide characters take two, accents none. */
export function widthOf(text: string): number {
  return Bun.stringWidth(text);
}

/** Cuts a text to a width in columns, with `…` at its end if something was cut. */
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
