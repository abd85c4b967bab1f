const ASSIGNMENT = /^\s*(?:export\s+)?[\w.-]+\s*[=:]\s*(.*)$/;
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
    const quote = QUOTES.find((candidate) => value.startsWith(candidate));
    if (quote === undefined || value.indexOf(quote, 1) > 0) continue;
    // A quoted value may span several lines.
    const end = lines.findIndex((later, at) => at > index && later.includes(quote));
    if (end < 0) report("opens a quote that is never closed: the quote becomes part of the value");
    else index = end;
  }
  return malformed;
}

/** The same as sentences, each with file and line number. */
export function malformedLineTexts(text: string, file: string): string[] {
  return malformedLines(text).map(({ line, problem }) => `${file}:${line} ${problem}.`);
}
