import { CHARACTERS, MAX_COLUMN_WIDTH, NUMBERS, type Reading } from "./dump-readings.ts";
import { type View, ViewBuilder } from "./view.ts";

/** Number of other lines that may be between two lines of a dump; `od -t x1c` has two per row. */
const MAX_LINES_BETWEEN = 3;
/** Longest line of a dump. */
const MAX_LINE_LENGTH = 4_096;
/** Longest name of a character. */
const MAX_NAME_LENGTH = 3;

/** The content of the dumps in a text, by format. */
export interface DumpViews {
  readonly bytes: readonly View[];
  readonly characters: readonly View[];
}

/**
 * Reads dumps of `xxd`, `od` and `hexdump`: an offset at the start of each line, characters at its end. Each value covers
 * the rest of its line, because the characters repeat the content.
 *
 * @param isOpen whether the text continues; its last column may then be cut off
 */
export function dumpViews(text: string, isOpen = false): DumpViews {
  const bytes = NUMBERS.map((reading) => new DumpReader(reading));
  const pictures = new DumpReader(CHARACTERS);
  let number = 0;
  for (const line of linesOf(text)) {
    number++;
    if (!mayBeRow(text, line)) continue;
    const row = rowOf(text.slice(line.start, line.end), isOpen && line.end === text.length);
    if (row === undefined) continue;
    const place = { ...line, number };
    for (const reader of bytes) reader.read(row.bytes, place);
    pictures.read(row.all, place);
  }
  return { bytes: bytes.flatMap((reader) => reader.views()), characters: pictures.views() };
}

interface Line {
  readonly start: number;
  readonly end: number;
}

const NEWLINE = 0x0a;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
/** Precedes the first line if the text is JSON. */
const QUOTE = 0x22;

/** The lines of a text; in JSON the line breaks are escaped. */
function* linesOf(text: string): Generator<Line> {
  let start = 0;
  let backslash = -1;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) {
      if (backslash < 0) backslash = index;
      continue;
    }
    if (code === NEWLINE || (code === LETTER_N && backslash >= 0)) {
      yield { start, end: code === NEWLINE ? index : backslash };
      start = index + 1;
    }
    backslash = -1;
  }
  yield { start, end: text.length };
}

/** A quick test whether a line may belong to a dump; most do not. */
function mayBeRow(text: string, { start, end }: Line): boolean {
  if (end - start > MAX_LINE_LENGTH) return false;
  let index = start;
  while (index < end && (text.charCodeAt(index) <= 0x20 || text.charCodeAt(index) === QUOTE)) index++;
  const isIndented = index > start;
  const first = index;
  let isNumber = true;
  for (; index < end && index - first <= MAX_COLUMN_WIDTH + 1; index++) {
    const code = text.charCodeAt(index);
    if (code <= 0x20) break;
    isNumber &&= (code >= 0x30 && code <= 0x3a) || code === 0x2d || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
  }
  const width = index - first;
  return width > 0 && width <= MAX_COLUMN_WIDTH + 1 && (isNumber || (isIndented && width <= MAX_NAME_LENGTH));
}

interface Column {
  readonly text: string;
  /** Its place in the line. */
  readonly index: number;
}

/** A line of a dump: everything after the offset, and the part of it before the characters. */
interface Row {
  readonly all: readonly Column[];
  readonly bytes: readonly Column[];
}

const OFFSET = /^[ \t"]*[0-9a-fA-F]{4,16}(:?)[ \t]+/;
const INDENT = /^[ \t"]+/;
/** The format of a dump's first column. */
const COLUMN = /^(?:[0-9a-fA-F]{2,16}|-?\d{1,3}|\\?[!-~]|[a-z][a-z0-9]{1,2})(?![!-~])/;
/** The characters, in bars or angle brackets at the end. */
const PICTURES_CUT = /[ \t][|>][^\n]{0,64}$/;
const PICTURES = /[ \t](?:\|[^\n]{0,64}\||>[^\n]{0,64}<)$/;

/** @returns `undefined` if it is not a line of a dump */
function rowOf(line: string, isCut: boolean): Row | undefined {
  const offset = OFFSET.exec(line);
  const head = offset?.[0] ?? INDENT.exec(line)?.[0];
  if (head === undefined) return undefined;
  const body = line.slice(head.length);
  if (!COLUMN.test(body)) return undefined;
  const all = columnsOf(body, head.length);
  const end = offset?.[1] === ":" ? endOfNumbers(body) : (isCut ? PICTURES_CUT : PICTURES).exec(body)?.index;
  const bytes = end === undefined ? all : all.filter(({ index }) => index < head.length + end);
  // Its last column may be cut off.
  return isCut ? { all: all.slice(0, -1), bytes: bytes === all ? all.slice(0, -1) : bytes } : { all, bytes };
}

/** In `xxd` the characters follow after two spaces, one per pair of digits or group of eight bits. */
function endOfNumbers(body: string): number | undefined {
  let digits = 0;
  let counted = 0;
  let first: number | undefined;
  for (const { 0: gap, index } of body.matchAll(/ {2,}/g)) {
    for (; counted < index; counted++) if (body.charCodeAt(counted) > 0x20) digits++;
    first ??= index;
    const [least, most] = [body.length - index - gap.length, body.length - index - 2];
    for (const characters of [digits / 2, digits / 8]) if (characters >= least && characters <= most) return index;
  }
  return first;
}

function columnsOf(body: string, offset: number): Column[] {
  const columns: Column[] = [];
  let from = -1;
  for (let index = 0; index <= body.length; index++) {
    const isSpace = index === body.length || body.charCodeAt(index) <= 0x20;
    if (isSpace && from >= 0) columns.push({ text: body.slice(from, index), index: offset + from });
    if (isSpace) from = -1;
    else if (from < 0) from = index;
  }
  return columns;
}

/** Collects the content of a dump in one format. */
class DumpReader {
  readonly #reading: Reading;
  readonly #views: View[] = [];
  #made: ViewBuilder | undefined;
  #line = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  read(columns: readonly Column[], line: Line & { readonly number: number }): void {
    const read: (readonly number[])[] = [];
    for (const { text } of columns) {
      const bytes = this.#reading.read(text);
      if (bytes === undefined) return;
      read.push(bytes);
    }
    if (line.number - this.#line > MAX_LINES_BETWEEN + 1) this.#close();
    this.#line = line.number;
    this.#made ??= new ViewBuilder(64);
    for (const [place, { index }] of columns.entries()) {
      for (const byte of read[place] ?? []) this.#made.push(byte, line.start + index, line.end);
    }
  }

  views(): readonly View[] {
    this.#close();
    return this.#views;
  }

  #close(): void {
    if (this.#made !== undefined) this.#views.push(this.#made.view());
    this.#made = undefined;
  }
}
