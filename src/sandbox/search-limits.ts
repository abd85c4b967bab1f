import { OWN_DIRECTORY } from "./sandbox.ts";

/** Longest part of a matching line that is kept. */
export const LINE_LIMIT = 1_000;
/** How long one search may take. */
export const SEARCH_TIME_LIMIT_MS = 30_000;
/** Places that could not be read and are named in the result of a search. */
export const UNREADABLE_LIMIT = 10;
/** Directories that hold nothing an agent looks for, and hundreds of thousands of files. */
export const SKIPPED: readonly string[] = [".git", "node_modules", OWN_DIRECTORY];

/** Whether a pattern names one of the directories that are skipped otherwise. */
export function namesSkipped(pattern: string): boolean {
  return pattern.split("/").some((part) => SKIPPED.includes(part));
}
