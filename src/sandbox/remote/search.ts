import { basename, join, relative } from "node:path";
import { relativePattern } from "../paths.ts";
import { type DirectoryEntry, FILE_SIZE_LIMIT, LISTING_LIMIT, type LineMatch, type Listing } from "../sandbox.ts";
import { LINE_LIMIT, namesSkipped, SEARCH_TIME_LIMIT_MS, UNREADABLE_LIMIT } from "../search-limits.ts";
import { entries, type RemoteFiles } from "./files.ts";
import { FIND, GREP, LATE, UNREADABLE_RECORD } from "./path-scripts.ts";

/** Most bytes that one search transfers. */
const SEARCH_BYTES = 8 * 1024 * 1024;
/** The longest path: each matching line begins with one. */
const PATH_BYTES = 4_096;

/** A matching line: the file's path, its number, its text. */
const MATCH = /([^\0]+)\0(\d+):([^\n]*)\n?/g;

/** Files and directories below `path` whose relative path matches the pattern, by path. */
export async function globRemote(
  files: RemoteFiles,
  root: string,
  pattern: string,
  path: string,
): Promise<Listing<DirectoryEntry>> {
  const all = namesSkipped(pattern) ? "yes" : "";
  const { output, isCut } = await search(files, path, FIND, { all });
  // Every record ends with \0: behind the last one is nothing, or a record that was cut.
  const [directory = "", ...records] = output.split("\0").slice(0, -1);
  const unreadable = records.filter((record) => record.startsWith(UNREADABLE_RECORD));
  const glob = new Bun.Glob(relativePattern(root, directory, pattern));
  const matching = entries(directory, records)
    .filter((entry) => glob.match(relative(directory, entry.path)))
    .sort((a, b) => a.path.localeCompare(b.path));
  return {
    items: matching.slice(0, LISTING_LIMIT),
    truncated: matching.length > LISTING_LIMIT || isCut,
    unreadable: unreadable
      .map((record) => join(directory, record.slice(UNREADABLE_RECORD.length)))
      .slice(0, UNREADABLE_LIMIT),
  };
}

/** Lines that contain `text` in the text files at or below `path`. `glob` matches names or relative paths. */
export async function grepRemote(
  files: RemoteFiles,
  text: string,
  path: string,
  { glob, limit }: { readonly glob?: string; readonly limit: number },
): Promise<Listing<LineMatch>> {
  const { output, isCut } = await search(files, path, GREP, {
    text,
    name: namePattern(glob),
    all: "",
    size: `${FILE_SIZE_LIMIT}c`,
    line: LINE_LIMIT * 4 + PATH_BYTES,
  });
  // The start, the unreadable paths, an empty path; then the lines.
  const end = output.indexOf("\0\0");
  const [start = "", ...unreadable] = output.slice(0, end).split("\0");
  const wanted = glob === undefined ? undefined : new Bun.Glob(glob.replace(/^\//, ""));
  const items: LineMatch[] = [];
  // A file's name may contain line breaks.
  for (const [, file = "", line = "", content = ""] of output.slice(end + 2).matchAll(MATCH)) {
    const inStart = file === start ? basename(file) : relative(start, file);
    if (wanted !== undefined && !wanted.match(basename(file)) && !wanted.match(inStart)) continue;
    if (items.length >= limit) return { items, truncated: true, unreadable };
    items.push({ path: file, line: Number(line), text: content.slice(0, LINE_LIMIT) });
  }
  return { items, truncated: isCut, unreadable };
}

/** Runs a script that searches. @returns what it found until a limit of bytes or of time, and whether it reached one */
async function search(
  files: RemoteFiles,
  path: string,
  script: string,
  variables: Record<string, string | number>,
): Promise<{ readonly output: string; readonly isCut: boolean }> {
  const limits = { bytes: SEARCH_BYTES, seconds: SEARCH_TIME_LIMIT_MS / 1000 };
  const output = await files.runOnPath(path, script, { ...variables, ...limits }, { waitMs: SEARCH_TIME_LIMIT_MS });
  if (output.endsWith(LATE)) return { output: output.slice(0, -LATE.length), isCut: true };
  return { output, isCut: Buffer.byteLength(output) >= SEARCH_BYTES };
}

/** A pattern for find(1) that matches at least the names that the glob matches. The glob itself decides afterwards. */
function namePattern(glob: string | undefined): string {
  const last = glob?.split("/").at(-1) ?? "*";
  return /^[\w.*-]+$/.test(last) && !last.includes("**") ? last : "*";
}
