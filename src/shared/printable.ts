import { stripVTControlCharacters } from "node:util";

/** The pictures of control characters, from that of NUL on. */
const PICTURES = 0x2400;
const DELETE = 0x7f;
const PICTURE_OF_DELETE = "\u2421";
const UNKNOWN = "\ufffd";

/**
 * Text of others for a terminal: it can neither move the cursor nor change colours, title or clipboard. Whole control
 * sequences are left out; control characters besides newline and tab become visible.
 */
export function printable(text: string): string {
  return (
    stripVTControlCharacters(text)
      // A line that is written over stands beside what it is written over with.
      .replace(/\r+\n?/g, "\n")
      .replace(/(?![\n\t])\p{Cc}/gu, pictureOf)
  );
}

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(PICTURES + code);
  return code === DELETE ? PICTURE_OF_DELETE : UNKNOWN;
}
