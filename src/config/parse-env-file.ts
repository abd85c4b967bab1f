import { parseEnv } from "node:util";
import { type MalformedLine, malformedLines } from "./env-file-lines.ts";

/** What an env file says. */
export interface ParsedEnvFile {
  /** Of several lines with the same name, the last one counts. */
  readonly values: Readonly<Record<string, string>>;
  readonly malformed: readonly MalformedLine[];
}

/** Parses lines of NAME=value. */
export function parseEnvFile(text: string): ParsedEnvFile {
  const lines = withoutByteOrderMarks(text);
  const values = Object.entries(parseEnv(lines)).map(([name, value = ""]) => [name, value] as const);
  return { values: Object.fromEntries(values), malformed: malformedLines(lines) };
}

/** Editors on Windows begin files with it. Files that were joined have it in the middle, where a line would be lost. */
function withoutByteOrderMarks(text: string): string {
  return text.replaceAll(/^\uFEFF/gm, "");
}
