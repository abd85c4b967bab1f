import { backslashEscape, type Escape, entity, percentEscape, UNFINISHED } from "./escapes.ts";
import { type View, ViewBuilder } from "./view.ts";

const ESCAPE = 0x1b;
const PERCENT = 0x25;
const AMPERSAND = 0x26;
const BACKSLASH = 0x5c;
/** The rest of a terminal control sequence; `grep --color` puts them in the middle of words. */
const CONTROL_SEQUENCE = /\[[0-9;?]{0,32}[@-~]/y;
const CONTROL_SEQUENCE_CUT = /(?:\[[0-9;?]{0,32})?$/y;

/**
 * Bytes that tools add, drop or double: white space (`fold`, `base64 -w`, `jq`), quotes and backslashes (shells, CSV, SQL),
 * and the plus sign, which is a space in forms. They are ignored in the text and in the secret.
 */
const LEFT_OUT = new Uint8Array(256);
for (let code = 0; code <= 0x20; code++) LEFT_OUT[code] = 1;
for (const code of [0x22, 0x27, 0x2b, BACKSLASH, 0x7f]) LEFT_OUT[code] = 1;

/**
 * The bytes of a text independent of quoting: escapes of JSON, URLs, HTML and shells are decoded, and ignorable bytes are
 * removed. A text contains a secret if its canonical bytes contain those of the secret.
 *
 * @param isOpen whether the text continues; an escape cut off at its end is then ignored and not taken literally
 */
export function canonicalView(text: string, isOpen = false): View {
  const made = new ViewBuilder(text.length);
  let unfinished: number | undefined;
  for (let index = 0; index < text.length; ) {
    const code = text.charCodeAt(index);
    if (code < 0x80 && code !== BACKSLASH && code !== PERCENT && code !== AMPERSAND && code !== ESCAPE) {
      if (LEFT_OUT[code] === 0) made.push(code, index, index + 1);
      index++;
      continue;
    }
    const read = escapeAt(text, index, code, isOpen);
    if (read === UNFINISHED) {
      unfinished = index;
      break;
    }
    const { code: point, isByte, end } = read;
    if (isByte || point < 0x80) {
      if (LEFT_OUT[point] !== 1) made.push(point, index, end);
    } else pushCodePoint(made, point, index, end);
    index = end;
  }
  return made.view(unfinished);
}

function escapeAt(text: string, index: number, code: number, isOpen: boolean): Escape | typeof UNFINISHED {
  const read = escapeOf(text, index, code, isOpen);
  if (read === UNFINISHED || read.code !== ESCAPE) return read;
  const whole = beyondControlSequence(text, read);
  if (whole !== read) return whole;
  CONTROL_SEQUENCE_CUT.lastIndex = read.end;
  return isOpen && CONTROL_SEQUENCE_CUT.test(text) ? UNFINISHED : read;
}

/** An escape character and the sequence after it. */
function beyondControlSequence(text: string, read: Escape): Escape {
  if (read.code !== ESCAPE) return read;
  CONTROL_SEQUENCE.lastIndex = read.end;
  return CONTROL_SEQUENCE.test(text) ? { ...read, end: CONTROL_SEQUENCE.lastIndex } : read;
}

function escapeOf(text: string, index: number, code: number, isOpen: boolean): Escape | typeof UNFINISHED {
  switch (code) {
    case BACKSLASH:
      return backslashEscape(text, index, isOpen);
    case PERCENT:
      return percentEscape(text, index, isOpen) ?? literal(text, index);
    case AMPERSAND:
      return entity(text, index, isOpen) ?? literal(text, index);
    default:
      // Half a character.
      if (isOpen && index === text.length - 1 && code >= 0xd800 && code <= 0xdbff) return UNFINISHED;
      return literal(text, index);
  }
}

function literal(text: string, index: number): Escape {
  const code = text.codePointAt(index) ?? 0;
  return { code, isByte: false, end: index + (code > 0xffff ? 2 : 1) };
}

/** In UTF-8. */
function pushCodePoint(made: ViewBuilder, code: number, start: number, end: number): void {
  if (code < 0x800) made.push(0xc0 | (code >> 6), start, end);
  else {
    if (code < 0x10000) made.push(0xe0 | (code >> 12), start, end);
    else {
      made.push(0xf0 | ((code >> 18) & 7), start, end);
      made.push(0x80 | ((code >> 12) & 0x3f), start, end);
    }
    made.push(0x80 | ((code >> 6) & 0x3f), start, end);
  }
  made.push(0x80 | (code & 0x3f), start, end);
}

/** Like {@link canonicalView}, but takes escapes literally: a line break inside of one makes it plain text. */
export function squeezedView(text: string): View {
  const made = new ViewBuilder(text.length);
  for (let index = 0; index < text.length; ) {
    const { code, end } = beyondControlSequence(text, literal(text, index));
    if (code >= 0x80) pushCodePoint(made, code, index, end);
    else if (LEFT_OUT[code] === 0) made.push(code, index, end);
    index = end;
  }
  return made.view();
}

/** The canonical bytes of a text. */
export function canonicalBytes(text: string): Uint8Array {
  return canonicalView(text).values.slice();
}

/** The bytes of a text without ignorable ones. */
export function squeezedBytes(text: string): Uint8Array {
  return squeezedView(text).values.slice();
}
