const ASSIGNMENT = /^\s*(?:export\s+)?[\w.-]+\s*[=:]\s*(.*)$/;
/** An unquoted value with a `#` in it, as passwords and URLs have. The parser takes it for the start of a comment. */
const HIDDEN_COMMENT = /^[^=:]*[=:](?!\s*['"`])(?:[^#]*[^\s#])?#/;
const QUOTES = ["'", '"', "`"] as const;
type Quote = (typeof QUOTES)[number];
/** What follows the first quote without a backslash before it. */
const AFTER_QUOTE: Readonly<Record<Quote, RegExp>> = {
  "'": /^(?:\\.|[^\\'])*'(.*)$/s,
  '"': /^(?:\\.|[^\\"])*"(.*)$/s,
  "`": /^(?:\\.|[^\\`])*`(.*)$/s,
};
/** What may follow a quoted value. A semicolon has no meaning, but shells take it. */
const NOTHING = /^\s*;?\s*(?:#|$)/;

/** A line of an env file that does not mean what it seems to. Its content is not shown: it may be a secret. */
export interface MalformedLine {
  /** Counted from 1. */
  readonly line: number;
  /** Continues a sentence that begins with the line's place, without its full stop. */
  readonly problem: string;
}

/** Lines of an env file that are silently ignored or read in an unexpected way. */
export function malformedLines(text: string): MalformedLine[] {
  const malformed: MalformedLine[] = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (/^\s*(#|$)/.test(line)) continue;
    const value = ASSIGNMENT.exec(line)?.[1];
    const report = (problem: string) => malformed.push({ line: index + 1, problem });
    if (value === undefined) {
      report("is not of the form NAME=value and has no effect");
      continue;
    }
    if (HIDDEN_COMMENT.test(line))
      report("has a # directly after other characters, and is cut off there: put the value in quotes");
    const quote = QUOTES.find((candidate) => value.startsWith(candidate));
    if (quote === undefined) continue;
    // A quoted value may span several lines.
    const end = endOfQuoted(value, quote, lines, index);
    if (end === undefined) {
      report("opens a quote that is never closed: the quote becomes part of the value");
      continue;
    }
    index = end.index;
    if (!NOTHING.test(end.rest))
      report("has characters after the closing quote, which are left out: put all of the value in one pair of quotes");
  }
  return malformed;
}

/** The line in which a quoted value ends, and what follows it there. */
function endOfQuoted(
  value: string,
  quote: Quote,
  lines: readonly string[],
  start: number,
): { readonly index: number; readonly rest: string } | undefined {
  let part = value.slice(1);
  for (let index = start; index < lines.length; part = lines[++index] ?? "") {
    const rest = AFTER_QUOTE[quote].exec(part)?.[1];
    if (rest !== undefined) return { index, rest };
  }
  return undefined;
}

/** The same as a sentence, with file and line number. */
export function textOfLine({ line, problem }: MalformedLine, file: string): string {
  return `${file}:${line} ${problem}.`;
}
