import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { relativePattern } from "../paths.ts";
import { type DirectoryEntry, FILE_SIZE_LIMIT, LISTING_LIMIT, type LineMatch, type Listing } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { LINE_LIMIT, namesSkipped, SKIPPED } from "../search-limits.ts";
import { entryOf, readWhole } from "./files.ts";
import { NO_LINKS, type Root } from "./root.ts";
import { type Step, Walk, type WalkOptions } from "./walk.ts";

/** A file with a zero byte among its first bytes is binary. */
const SNIFFED_BYTES = 8_192;

type SearchOptions = Pick<WalkOptions, "signal" | "limitMs">;

/** Entries below `directory` whose relative path matches, sorted by path. */
export async function globFiles(
  root: Root,
  directory: string,
  pattern: string,
  options: SearchOptions,
): Promise<Listing<DirectoryEntry>> {
  const items: DirectoryEntry[] = [];
  if (!(await startOf(root, directory)).isDirectory())
    throw new SandboxError("not-a-directory", `'${directory}' is not a directory.`);
  const wanted = relativePattern(root.path, directory, pattern).replace(/^(\.\/)+/, "");
  const glob = new Bun.Glob(wanted);
  const walk = new Walk(root, directory, { ...options, ...depthOf(wanted), wantsSkipped: namesSkipped(wanted) });
  const isWanted = ({ name, entry }: Step) => glob.match(name) && (namesSkipped(wanted) || !SKIPPED.includes(entry));
  for await (const steps of walk.steps()) {
    const found = await Promise.all(
      steps.filter(isWanted).map(({ directory: above, entry }) => entryOf(root, above, entry)),
    );
    items.push(...found.filter((entry) => entry !== undefined));
    if (items.length <= LISTING_LIMIT) continue;
    return { items: sorted(items.slice(0, LISTING_LIMIT)), truncated: true, unreadable: walk.unreadable };
  }
  return { items: sorted(items), truncated: walk.isLate, unreadable: walk.unreadable };
}

/** How deep a pattern can match; empty if without limit. */
function depthOf(pattern: string): { depth?: number } {
  return /\*\*|[{[(]/.test(pattern) ? {} : { depth: pattern.split("/").length };
}

/** Lines that contain `text` in the text files at or below `start`. `glob` matches names or relative paths. */
export async function grepFiles(
  root: Root,
  start: string,
  text: string,
  { glob, limit, ...options }: { readonly glob?: string; readonly limit: number } & SearchOptions,
): Promise<Listing<LineMatch>> {
  const items: LineMatch[] = [];
  const found = await startOf(root, start);
  const wanted = glob === undefined ? undefined : new Bun.Glob(glob.replace(/^\//, ""));
  const walk = new Walk(root, start, options);
  const isWanted = ({ isFile, entry, name }: Step) =>
    isFile && (wanted === undefined || wanted.match(entry) || wanted.match(name));
  for await (const steps of found.isDirectory() ? walk.steps() : fileAlone(root, start)) {
    const lines = await Promise.all(
      steps.filter(isWanted).map((step) => matchesIn(step, text, limit, (error) => walk.failed(step.path, error))),
    );
    items.push(...lines.flat());
    if (items.length > limit) return { items: items.slice(0, limit), truncated: true, unreadable: walk.unreadable };
  }
  return { items, truncated: walk.isLate, unreadable: walk.unreadable };
}

/** The directory or file where a search starts. @throws SandboxError `not-found` */
async function startOf(root: Root, start: string) {
  try {
    await using handle = await root.openPath(start);
    return await handle.stat();
  } catch (error) {
    if (error instanceof SandboxError) throw error;
    throw new SandboxError("not-found", `'${start}' does not exist.`, error);
  }
}

/** The only step of a search in a single file. */
async function* fileAlone(root: Root, path: string): AsyncGenerator<readonly Step[]> {
  await using directory = await root.openPath(dirname(path));
  yield [{ path, name: "", isFile: true, directory, entry: basename(path) }];
}

async function matchesIn(
  { path, directory, entry }: Step,
  text: string,
  limit: number,
  failed: (error: unknown) => void,
): Promise<LineMatch[]> {
  const bytes = await read(join(directory.at, entry)).catch(failed);
  if (!bytes || bytes.subarray(0, SNIFFED_BYTES).includes(0) || !bytes.includes(text)) return [];
  const matches: LineMatch[] = [];
  for (const [index, line] of bytes.toString("utf8").split("\n").entries()) {
    if (line.includes(text)) matches.push({ path, line: index + 1, text: line.slice(0, LINE_LIMIT) });
    // One more than the limit shows that there are more.
    if (matches.length > limit) break;
  }
  return matches;
}

/** Reads a regular file that is not too large. Links are not followed: they may lead out of the workspace. */
async function read(at: string): Promise<Buffer | undefined> {
  const file = await open(at, constants.O_RDONLY | constants.O_NONBLOCK | NO_LINKS);
  try {
    const found = await file.stat();
    return found.isFile() && found.size <= FILE_SIZE_LIMIT ? await readWhole(file, found.size) : undefined;
  } finally {
    await file.close();
  }
}

function sorted(entries: DirectoryEntry[]): DirectoryEntry[] {
  return entries.sort((a, b) => a.path.localeCompare(b.path));
}
