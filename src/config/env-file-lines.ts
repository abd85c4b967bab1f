const ASSIGNMENT = /^\s*(?:export\s+)?[\w.-]+\s*[=:]\s*(.*)$/;
const QUOTES = ["'", '"', "`"];

/**
 * Lines of an env file that are silently ignored or read in an unexpected way, each as a sentence with file and line
 * number. The line's content is not shown: it may be a secret.
 */
export function malformedLines(text: string, file: string): string[] {
  const malformed: string[] = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (/^\s*(#|$)/.test(line)) continue;
    const value = ASSIGNMENT.exec(line)?.[1];
    const place = `${file}:${index + 1}`;
    if (value === undefined) {
      malformed.push(`${place} is not of the form NAME=value and has no effect.`);
      continue;
    }
    const quote = QUOTES.find((candidate) => value.startsWith(candidate));
    if (quote === undefined || value.indexOf(quote, 1) > 0) continue;
    // A quoted value may span several lines.
    const end = lines.findIndex((later, at) => at > index && later.includes(quote));
    if (end < 0) malformed.push(`${place} opens a quote that is never closed: the quote becomes part of the value.`);
    else index = end;
  }
  return malformed;
}
