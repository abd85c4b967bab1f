import { OWN_DIRECTORY } from "./sandbox.ts";

/** How many characters of a matching line are kept. */
export const LINE_LIMIT = 1_000;
/** How long one search may take. */
export const SEARCH_TIME_LIMIT_MS = 30_000;
/** How many unreadable paths the result of a search names. */
export const UNREADABLE_LIMIT = 10;
/** Directories that searches skip: they contain nothing that an agent looks for, and very many files. */
export const SKIPPED: readonly string[] = [".git", "node_modules", OWN_DIRECTORY];

/** Whether a pattern names one of the skipped directories; then they are searched. */
export function namesSkipped(pattern: string): boolean {
  return pattern.split("/").some((part) => SKIPPED.includes(part));
}
