const ASSIGNMENT = /^\s*(?:export\s+)?[\w.-]+\s*[=:]\s*(.*)$/;
const QUOTES = ["'", '"', "`"];

/**
 * What in an env file is passed over in silence, each as a sentence with the file and the line: never with what stands
 * there, which may be a secret.
 */
export function malformedLines(text: string, file: string): string[] {
  const stray: string[] = [];
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (/^\s*(#|$)/.test(line)) continue;
    const value = ASSIGNMENT.exec(line)?.[1];
    const place = `${file}:${index + 1}`;
    if (value === undefined) {
      stray.push(`${place} is not of the form NAME=value and has no effect.`);
      continue;
    }
    const quote = QUOTES.find((candidate) => value.startsWith(candidate));
    if (quote === undefined || value.indexOf(quote, 1) > 0) continue;
    // A value in quotes may go on over several lines.
    const end = lines.findIndex((later, at) => at > index && later.includes(quote));
    if (end < 0) stray.push(`${place} opens a quote that is never closed: the quote is taken as a part of the value.`);
    else index = end;
  }
  return stray;
}
