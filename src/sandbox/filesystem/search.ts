import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isInside, relativePattern } from "../paths.ts";
import { type DirectoryEntry, FILE_SIZE_LIMIT, type Found, LISTING_LIMIT, type LineMatch } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { LINE_LIMIT, namesSkipped, SEARCH_TIME_LIMIT_MS, SKIPPED } from "../search-limits.ts";
import { entryOf } from "./files.ts";

/** Bytes that are looked at to tell text from binary. */
const SNIFFED_BYTES = 8_192;

/** Entries below `directory` whose path relative to it matches, by path. */
export async function globFiles(root: string, directory: string, pattern: string): Promise<Found<DirectoryEntry>> {
  const items: DirectoryEntry[] = [];
  const base = await stat(directory).catch(() => undefined);
  if (base === undefined) throw new SandboxError("not-found", `'${directory}' does not exist.`);
  if (!base.isDirectory()) throw new SandboxError("not-a-directory", `'${directory}' is not a directory.`);
  const search = scan(directory, relativePattern(root, directory, pattern), false);
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

/** Paths that match, without following links to directories, until the time is over. */
function scan(
  directory: string,
  pattern: string,
  onlyFiles: boolean,
): { paths: AsyncIterable<string>; timedOut: () => boolean } {
  const end = Date.now() + SEARCH_TIME_LIMIT_MS;
  let late = false;
  async function* paths(): AsyncGenerator<string> {
    const wantsSkipped = namesSkipped(pattern);
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
      if (wantsSkipped || !name.split("/").some((part) => SKIPPED.includes(part))) yield join(directory, name);
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
