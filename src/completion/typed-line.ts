/** A command line as it was typed so far. */
export interface TypedLine {
  /** Its words without quotes. The last one is at the cursor; it may be empty. */
  readonly words: readonly string[];
  /** How much of the last word the shell leaves as it is: bash takes words apart at some characters. */
  readonly kept: number;
}

/** White space, a quoted part that may not be closed yet, an escaped character, or any other one. */
const PART = /(\s+)|'([^']*)'?|"((?:\\[\s\S]|[^"\\])*)"?|\\([\s\S]?)|([\s\S])/g;

/**
 * Takes a line of bash apart: quotes and backslashes, nothing else.
 * @param breaks the characters at which bash takes words apart beside white space: COMP_WORDBREAKS
 */
export function typedLine(line: string, breaks: string): TypedLine {
  const words: string[] = [];
  let word = "";
  let kept = 0;
  let isOpen = false;
  for (const [, space, single, double, escaped, plain] of line.matchAll(PART)) {
    if (space !== undefined) {
      if (isOpen) words.push(word);
      [word, kept, isOpen] = ["", 0, false];
      continue;
    }
    const quoted = single ?? double?.replace(/\\([\s\S])/g, "$1");
    if (quoted !== undefined) kept = word.length;
    word += quoted ?? escaped ?? plain ?? "";
    if (plain !== undefined && breaks.includes(plain)) kept = word.length;
    isOpen = true;
  }
  return { words: [...words, word], kept };
}
