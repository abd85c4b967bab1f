/** One character in an escaped spelling. */
export interface Escape {
  /** The character's code point, or one byte of it. */
  readonly code: number;
  readonly isByte: boolean;
  /** Where the text goes on. */
  readonly end: number;
}

/** An escape that is cut off at the end of the text. */
export const UNFINISHED = "unfinished";

const HEX_2 = /[0-9a-fA-F]{2}/y;
const PERCENT = /%(?:25)*([0-9a-fA-F]{2})/y;
const PERCENT_CUT = /%(?:25)*[0-9a-fA-F]?$/y;
const ENTITY = /&(?:amp;)*(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/y;
const ENTITY_CUT = /&(?:amp;)*(?:#?[0-9a-zA-Z]{0,8})$/y;
/** Only the capital letter has eight digits: what follows `\u0141` may be letters that are digits too. */
const UNICODE = /U([0-9a-fA-F]{8})|[uU](?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/y;
const LOW_SURROGATE = /\\+u([dD][c-fC-F][0-9a-fA-F]{2})/y;
const LOW_SURROGATE_CUT = /(?:\\+(?:u[0-9a-fA-F]{0,3})?)?$/y;
const OCTAL = /[0-3][0-7]{2}/y;
const BACKSLASH_CUT = /(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|u\{[0-9a-fA-F]{0,6}|U[0-9a-fA-F]{0,7}|[0-3][0-7]?)?$/y;

const NAMED: Readonly<Record<string, number>> = { amp: 0x26, lt: 0x3c, gt: 0x3e, quot: 0x22, apos: 0x27 };
/** Letters after a backslash: newline, tab, … */
const WHITE = new Set([..."nrtfvab"].map((letter) => letter.charCodeAt(0)));
const SPACE = 0x20;
const BACKSLASH = 0x5c;

function at(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index;
  return pattern.exec(text);
}

/** `%41`, also escaped several times (`%2541`). @returns `undefined` for a plain percent sign */
export function percentEscape(text: string, index: number, isOpen: boolean): Escape | typeof UNFINISHED | undefined {
  if (isOpen && at(PERCENT_CUT, text, index) !== null) return UNFINISHED;
  const found = at(PERCENT, text, index);
  if (found === null) return undefined;
  return { code: Number.parseInt(found[1] ?? "", 16), isByte: true, end: PERCENT.lastIndex };
}

/** `&quot;`, `&#39;`, `&#x27;`, also escaped several times. */
export function entity(text: string, index: number, isOpen: boolean): Escape | typeof UNFINISHED | undefined {
  if (isOpen && at(ENTITY_CUT, text, index) !== null) return UNFINISHED;
  const found = at(ENTITY, text, index);
  if (found === null) return undefined;
  const [, decimal, hex, name = ""] = found;
  const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : NAMED[name];
  return { code: code ?? SPACE, isByte: false, end: ENTITY.lastIndex };
}

/**
 * The escape after a run of backslashes, as JSON, JavaScript, Python and shells read it. Any number of backslashes is
 * read as one escape, because JSON is often nested in JSON.
 */
export function backslashEscape(text: string, index: number, isOpen: boolean): Escape | typeof UNFINISHED {
  let next = index;
  while (text.charCodeAt(next) === BACKSLASH) next++;
  if (isOpen && at(BACKSLASH_CUT, text, next) !== null) return UNFINISHED;
  const code = text.charCodeAt(next);
  if (WHITE.has(code)) return { code: SPACE, isByte: false, end: next + 1 };
  if (code === 0x78 && at(HEX_2, text, next + 1) !== null)
    return { code: Number.parseInt(text.slice(next + 1, next + 3), 16), isByte: true, end: next + 3 };
  if (at(OCTAL, text, next) !== null)
    return { code: Number.parseInt(text.slice(next, next + 3), 8), isByte: true, end: next + 3 };
  const unicode = at(UNICODE, text, next);
  if (unicode !== null) return unicodeEscape(text, unicode, UNICODE.lastIndex, isOpen);
  // Backslashes alone have no value; what follows is read separately.
  return { code: SPACE, isByte: false, end: next };
}

function unicodeEscape(
  text: string,
  [, long, braced, short]: RegExpExecArray,
  end: number,
  isOpen: boolean,
): Escape | typeof UNFINISHED {
  const code = Number.parseInt(long ?? braced ?? short ?? "", 16);
  if (code < 0xd800 || code > 0xdbff) return { code, isByte: false, end };
  if (isOpen && at(LOW_SURROGATE_CUT, text, end) !== null) return UNFINISHED;
  const low = at(LOW_SURROGATE, text, end);
  if (low === null) return { code, isByte: false, end };
  const pair = 0x10000 + ((code - 0xd800) << 10) + (Number.parseInt(low[1] ?? "", 16) - 0xdc00);
  return { code: pair, isByte: false, end: LOW_SURROGATE.lastIndex };
}
