import type { FileInfo, GrepMatch } from "deepagents";
import type { Found } from "../sandbox/index.ts";

/** The agent library shows nothing of a search but its paths: what is to be said of it stands among them. */

export function globNotes<T>(found: Found<T>): FileInfo[] {
  const cut = found.truncated ? ["[there is more: narrow the pattern or the path]"] : [];
  return [...cut, ...unreadable(found)].map((path) => ({ path }));
}

export function grepNotes<T>(found: Found<T>): GrepMatch[] {
  return unreadable(found).map((path) => ({ path, line: 0, text: "permission denied" }));
}

function unreadable<T>({ unreadable: paths = [] }: Found<T>): string[] {
  return paths.length === 0 ? [] : [`[not searched, because it cannot be read: ${paths.join(", ")}]`];
}
