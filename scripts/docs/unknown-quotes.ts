import type { Page } from "./page.ts";

/** Commands of other programs, and texts that the operating system prints. */
const FOREIGN = /^(kubectl|agent-runner|bun|curl|docker|temporal) |failed to map segment from shared object/;
/** Shorter pieces say too little to be looked for. */
const MIN_LENGTH = 6;

/**
 * Finds the log lines and errors that a page quotes and that the program no longer prints.
 * @param page quotes them as code; `…` stands for what changes
 * @param source the text of all source files
 * @returns a sentence for each piece that the source lacks
 */
export function unknownQuotes(path: string, { code }: Page, source: string): readonly string[] {
  return code
    .filter((quote) => /[a-z] [a-z…/]/.test(quote) && !FOREIGN.test(quote))
    .flatMap((quote) =>
      quote
        .split("…")
        .map((piece) => piece.trim())
        .filter((piece) => piece.length >= MIN_LENGTH && !source.includes(piece))
        .map((piece) => `${path}: the program does not print "${piece}", which is quoted in "${quote}"`),
    );
}
