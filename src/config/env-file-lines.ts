const ASSIGNMENT = /^\s*(?:export\s+)?[\w.-]+\s*[=:]\s*(.*)$/;
/** An unquoted value with a `#` in it, as passwords and URLs have. The parser takes it for the start of a comment. */
const HIDDEN_COMMENT = /^[^=:]*[=:](?!\s*['"`])(?:[^#]*[^\s#])?#/;
const QUOTES = ["'", '"', "`"];

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
    if (quote === undefined || value.indexOf(quote, 1) > 0) continue;
    // A quoted value may span several lines.
    const end = lines.findIndex((later, at) => at > index && later.includes(quote));
    if (end < 0) report("opens a quote that is never closed: the quote becomes part of the value");
    else index = end;
  }
  return malformed;
}

/** The same as a sentence, with file and line number. */
export function textOfLine({ line, problem }: MalformedLine, file: string): string {
  return `${file}:${line} ${problem}.`;
}
