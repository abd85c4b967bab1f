import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import {
  type DirectoryEntry,
  FILE_SIZE_LIMIT,
  type Found,
  LISTING_LIMIT,
  type LineMatch,
  OWN_DIRECTORY,
} from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { isInside } from "./confine.ts";
import { entryOf } from "./files.ts";

/** Longest part of a matching line that is kept. */
const LINE_LIMIT = 1_000;
/** Bytes that are looked at to tell text from binary. */
const SNIFFED_BYTES = 8_192;
/** How long one search may take; what was found by then is returned as truncated. */
const SEARCH_TIME_LIMIT_MS = 30_000;
/** Directories that hold nothing an agent looks for, and hundreds of thousands of files. */
const SKIPPED = new Set([".git", "node_modules", OWN_DIRECTORY]);

/** Entries below `directory` whose path relative to it matches, by path. */
export async function globFiles(root: string, directory: string, pattern: string): Promise<Found<DirectoryEntry>> {
  const items: DirectoryEntry[] = [];
  const base = await stat(directory).catch(() => undefined);
  if (base === undefined) throw new SandboxError("not-found", `'${directory}' does not exist.`);
  if (!base.isDirectory()) throw new SandboxError("not-a-directory", `'${directory}' is not a directory.`);
  const search = scan(directory, checkedPattern(root, directory, pattern), false);
  const inside = new Map<string, boolean>();
  for await (const path of search.paths) {
    const above = dirname(path);
    // A pattern may name a link to a directory elsewhere.
    if (!inside.has(above)) inside.set(above, isInside(root, await realpath(above).catch(() => "/")));
    const entry = inside.get(above) === true ? await entryOf(path) : undefined;
    if (entry === undefined) continue;
    if (items.length >= LISTING_LIMIT) return { items: sorted(items), truncated: true };
    items.push(entry);
  }
  return { items: sorted(items), truncated: search.timedOut() };
}

/** Lines that contain `text` in the text files at or below `start`; `glob` is matched with names, or with relative paths. */
export async function grepFiles(
  start: string,
  text: string,
  { glob, limit }: { readonly glob?: string; readonly limit: number },
): Promise<Found<LineMatch>> {
  const items: LineMatch[] = [];
  const found = await stat(start).catch(() => undefined);
  if (found === undefined) throw new SandboxError("not-found", `'${start}' does not exist.`);
  const wanted = glob === undefined ? undefined : new Bun.Glob(glob.replace(/^\//, ""));
  const search = found.isDirectory() ? scan(start, "**/*", true) : { paths: [start], timedOut: () => false };
  for await (const path of search.paths) {
    const name = path.slice(start.length + 1);
    if (wanted !== undefined && !wanted.match(basename(path)) && !wanted.match(name)) continue;
    for (const match of await matchesIn(path, text)) {
      if (items.length >= limit) return { items, truncated: true };
      items.push(match);
    }
  }
  return { items, truncated: search.timedOut() };
}

function checkedPattern(root: string, directory: string, pattern: string): string {
  let relative = pattern;
  if (isAbsolute(pattern))
    relative = isInside(directory, pattern) ? pattern.slice(directory.length + 1) : pattern.slice(1);
  if (isAbsolute(pattern) && !isInside(directory, pattern) && isInside(root, pattern)) {
    throw new SandboxError(
      "invalid",
      `The pattern '${pattern}' does not lie below '${directory}'. Give a relative pattern.`,
    );
  }
  if (relative.split("/").includes(".."))
    throw new SandboxError("outside", `The pattern '${pattern}' is not allowed: '..' leads out of the workspace.`);
  return relative;
}

/** Paths that match, without following links to directories, until the time is over. */
function scan(
  directory: string,
  pattern: string,
  onlyFiles: boolean,
): { paths: AsyncIterable<string>; timedOut: () => boolean } {
  const end = Date.now() + SEARCH_TIME_LIMIT_MS;
  let late = false;
  async function* paths(): AsyncGenerator<string> {
    const wantsSkipped = pattern.split("/").some((part) => SKIPPED.has(part));
    for await (const name of new Bun.Glob(pattern).scan({
      cwd: directory,
      dot: true,
      onlyFiles,
      followSymlinks: false,
    })) {
      if (Date.now() > end) {
        late = true;
        return;
      }
      if (wantsSkipped || !name.split("/").some((part) => SKIPPED.has(part))) yield join(directory, name);
    }
  }
  return { paths: paths(), timedOut: () => late };
}

async function matchesIn(path: string, text: string): Promise<LineMatch[]> {
  // Not followed: a link may lead out of the workspace.
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > FILE_SIZE_LIMIT) return [];
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined || bytes.subarray(0, SNIFFED_BYTES).includes(0)) return [];
  const content = bytes.toString("utf8");
  if (!content.includes(text)) return [];
  const matches: LineMatch[] = [];
  for (const [index, line] of content.split("\n").entries()) {
    if (line.includes(text)) matches.push({ path, line: index + 1, text: line.slice(0, LINE_LIMIT) });
  }
  return matches;
}

function sorted(entries: DirectoryEntry[]): DirectoryEntry[] {
  return entries.sort((a, b) => a.path.localeCompare(b.path));
}
