import { stripVTControlCharacters } from "node:util";

/** The Unicode control pictures, from NUL on. */
const PICTURES = 0x2400;
const DELETE = 0x7f;
const PICTURE_OF_DELETE = "\u2421";
const UNKNOWN = "\ufffd";

/** Format characters that are visible, such as signs before Arabic and Syriac numbers. */
const SEEN = "[\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}]";
/** Invisible characters inside visible ones: joiners of emoji and of non-Latin letters, tags in regional flags. */
const PARTS = [
  SEEN,
  "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})",
  "(?<=[\\p{L}\\p{M}])(?<!\\p{Script=Latin})[\\u200c\\u200d](?=\\p{L})(?!\\p{Script=Latin})",
  "(?<=\\u{1f3f4})[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{1,6}\\u{e007f}",
];
const INVISIBLE = new RegExp(`(?<part>${PARTS.join("|")})|(?<hidden>(?:(?!${SEEN})\\p{Cf})+)`, "gu");

/**
 * Makes external text safe for a terminal: it cannot move the cursor, change colors, title, clipboard or reading order.
 * Control sequences are removed. Control characters except newline and tab become visible, and so do invisible characters
 * that change what is seen (bidirectional controls, zero-width characters, tags).
 */
export function printable(text: string): string {
  return visible(stripVTControlCharacters(text));
}

/** The same on one line, for a table or a list: it cannot change the lines around it either. */
export function printableLine(text: string): string {
  return printable(text).replace(/\s+/g, " ").trim();
}

/** Like {@link printable}, but removes nothing: for text that says what will be executed. */
export function visible(text: string): string {
  return (
    text
      // A line that is written over stands beside what it is written over with.
      .replace(/\r+\n?|[\u2028\u2029]/g, "\n")
      .replace(/(?![\n\t])\p{Cc}/gu, pictureOf)
      .replace(INVISIBLE, (match, part: string | undefined) => part ?? nameOf(match))
  );
}

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  return code === DELETE ? PICTURE_OF_DELETE : UNKNOWN;
}

/** `<U+202E>`, or their number. */
function nameOf(hidden: string): string {
  const characters = [...hidden];
  if (characters.length > 1) return `<${characters.length} invisible characters>`;
  const code = hidden.codePointAt(0) ?? 0;
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
