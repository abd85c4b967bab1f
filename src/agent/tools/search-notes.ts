import type { FileInfo, GrepMatch } from "deepagents";
import type { Listing } from "../../sandbox/index.ts";

/** The agent library only shows the paths that a search returns, so notes about it are added as paths. */

export function globNotes<T>(found: Listing<T>): FileInfo[] {
  const cut = found.truncated ? ["[there are more results: narrow the pattern or the path]"] : [];
  return [...cut, ...unreadable(found)].map((path) => ({ path }));
}

export function grepNotes<T>(found: Listing<T>): GrepMatch[] {
  return unreadable(found).map((path) => ({ path, line: 0, text: "permission denied" }));
}

function unreadable<T>({ unreadable: paths = [] }: Listing<T>): string[] {
  return paths.length === 0 ? [] : [`[not searched, because it cannot be read: ${paths.join(", ")}]`];
}
