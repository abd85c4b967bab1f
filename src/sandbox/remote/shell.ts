import { quote } from "../../shared/shell-words.ts";

export { exports, quote } from "../../shared/shell-words.ts";

/** Assignments of variables, one a line. */
export function assignments(variables: Readonly<Record<string, string | number>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quote(String(value))}\n`)
    .join("");
}

/** What a script prints. */
export interface Answer {
  /** As in `ok` or `not-found`. */
  readonly code: string;
  /** What belongs to the code. */
  readonly body: string;
}

/**
 * Reads an answer: a line with `@` and a code, then the body.
 * @returns `undefined` if the script did not get that far
 */
export function parseAnswer(output: string): Answer | undefined {
  const match = /^@([a-z-]+)(?:\n|$)/.exec(output);
  return match === null ? undefined : { code: match[1] ?? "", body: output.slice(match[0].length) };
}

/**
 * Begins every script: `fail <code>` ends it. Error messages of programs are dropped: they would mix into the answer.
 */
export const PRELUDE = `exec 2>/dev/null
fail() { printf '@%s\\n' "$1"; exit 0; }
`;

/** For scripts that read the output of programs. */
export const PLAIN_LOCALE = "export LC_ALL=C\n";
