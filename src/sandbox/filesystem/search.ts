import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { isInside, relativePattern } from "../paths.ts";
import { type DirectoryEntry, FILE_SIZE_LIMIT, type Found, LISTING_LIMIT, type LineMatch } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { LINE_LIMIT, namesSkipped, SKIPPED } from "../search-limits.ts";
import { entryOf } from "./files.ts";
import { Walk, type WalkOptions } from "./walk.ts";

/** Bytes that are looked at to tell text from binary. */
const SNIFFED_BYTES = 8_192;

type SearchOptions = Pick<WalkOptions, "signal" | "limitMs">;

/** Entries below `directory` whose path relative to it matches, by path. */
export async function globFiles(
  root: string,
  directory: string,
  pattern: string,
  options: SearchOptions,
): Promise<Found<DirectoryEntry>> {
  const items: DirectoryEntry[] = [];
  const base = await stat(directory).catch(() => undefined);
  if (base === undefined) throw new SandboxError("not-found", `'${directory}' does not exist.`);
  if (!base.isDirectory()) throw new SandboxError("not-a-directory", `'${directory}' is not a directory.`);
  const wanted = relativePattern(root, directory, pattern).replace(/^(\.\/)+/, "");
  const glob = new Bun.Glob(wanted);
  const walk = new Walk(directory, { ...options, ...depthOf(wanted), wantsSkipped: namesSkipped(wanted) });
  const inside = new Map<string, boolean>();
  for await (const { path, name } of walk.steps()) {
    if (!glob.match(name) || (!namesSkipped(wanted) && SKIPPED.includes(basename(name)))) continue;
    const above = dirname(path);
    // A directory may have become a link since it was read.
    if (!inside.has(above)) inside.set(above, isInside(root, await realpath(above).catch(() => "/")));
    const entry = inside.get(above) === true ? await entryOf(path) : undefined;
    if (entry === undefined) continue;
    if (items.length >= LISTING_LIMIT) return { items: sorted(items), truncated: true, unreadable: walk.unreadable };
    items.push(entry);
  }
  return { items: sorted(items), truncated: walk.isLate, unreadable: walk.unreadable };
}

/** How deep a pattern can reach; nothing where that has no limit. */
function depthOf(pattern: string): { depth?: number } {
  return /\*\*|[{[(]/.test(pattern) ? {} : { depth: pattern.split("/").length };
}

/** Lines that contain `text` in the text files at or below `start`; `glob` is matched with names, or with relative paths. */
export async function grepFiles(
  start: string,
  text: string,
  { glob, limit, ...options }: { readonly glob?: string; readonly limit: number } & SearchOptions,
): Promise<Found<LineMatch>> {
  const items: LineMatch[] = [];
  const found = await stat(start).catch(() => undefined);
  if (found === undefined) throw new SandboxError("not-found", `'${start}' does not exist.`);
  const wanted = glob === undefined ? undefined : new Bun.Glob(glob.replace(/^\//, ""));
  const walk = new Walk(start, options);
  const steps = found.isDirectory() ? walk.steps() : [{ path: start, name: "", isFile: true }];
  for await (const { path, name, isFile } of steps) {
    if (!isFile || (wanted !== undefined && !wanted.match(basename(path)) && !wanted.match(name))) continue;
    for (const match of await matchesIn(path, text, walk)) {
      if (items.length >= limit) return { items, truncated: true, unreadable: walk.unreadable };
      items.push(match);
    }
  }
  return { items, truncated: walk.isLate, unreadable: walk.unreadable };
}

async function matchesIn(path: string, text: string, walk: Walk): Promise<LineMatch[]> {
  // Not followed: a link may lead out of the workspace.
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined || !found.isFile() || found.size > FILE_SIZE_LIMIT) return [];
  const bytes = await readFile(path).catch((error: unknown) => walk.failed(path, error));
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
