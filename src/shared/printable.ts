import { stripVTControlCharacters } from "node:util";

/** The pictures of control characters, from that of NUL on. */
const PICTURES = 0x2400;
const DELETE = 0x7f;
const PICTURE_OF_DELETE = "\u2421";
const UNKNOWN = "\ufffd";

/** Signs before Arabic and Syriac numbers and the like: they count as format characters, and are seen. */
const SEEN = "[\\u0600-\\u0605\\u06dd\\u070f\\u0890\\u0891\\u08e2\\u{110bd}\\u{110cd}]";
/** Invisible parts of what is seen: joints of emoji, joints of letters outside of Latin, tags in flags of regions. */
const PARTS = [
  SEEN,
  "(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])\\u200d(?=\\p{Extended_Pictographic})",
  "(?<=[\\p{L}\\p{M}])(?<!\\p{Script=Latin})[\\u200c\\u200d](?=\\p{L})(?!\\p{Script=Latin})",
  "(?<=\\u{1f3f4})[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{1,6}\\u{e007f}",
];
const INVISIBLE = new RegExp(`(?<part>${PARTS.join("|")})|(?<hidden>(?:(?!${SEEN})\\p{Cf})+)`, "gu");

/**
 * Text of others for a terminal: it can neither move the cursor nor change colours, title or clipboard, nor the order in
 * which it is read. Whole control sequences are left out; control characters besides newline and tab become visible, and
 * so do characters that are not seen but change what is (directions, zero widths, tags).
 */
export function printable(text: string): string {
  return visible(stripVTControlCharacters(text));
}

/** As {@link printable}, with nothing left out: for text that says what is going to be done. */
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

/** `<U+202E>`, or how many they are. */
function nameOf(hidden: string): string {
  const characters = [...hidden];
  if (characters.length > 1) return `<${characters.length} invisible characters>`;
  const code = hidden.codePointAt(0) ?? 0;
  return `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}
