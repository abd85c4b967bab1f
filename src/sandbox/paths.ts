import { isAbsolute, join, normalize, relative, resolve, sep } from "node:path";
import { OWN_DIRECTORY } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** Directories that the agent library writes to by names of its own; they live in the runner's directory. */
export interface Aliases {
  readonly [prefix: string]: string;
}

/** The agent library's own directories. */
export const LIBRARY_DIRECTORIES: Aliases = {
  "/large_tool_results": `${OWN_DIRECTORY}/large_tool_results`,
  "/conversation_history": `${OWN_DIRECTORY}/conversation_history`,
};

/** Longest path that a file system takes, and longest name in it, in bytes. */
const PATH_LIMIT = 4_096;
const NAME_LIMIT = 255;

/** What a path means before any link is followed. */
export interface Located {
  /** Absolute. */
  readonly path: string;
  /** Where this exists, the path was meant as it stands and leads out; absent where that is certain. */
  readonly unless?: string;
}

/**
 * What an agent means by a path. Relative paths are the root's. Absolute paths inside the root are taken as they are.
 * Agents also write `/notes.md` and mean the root: an absolute path counts as the root's where the machine has nothing of
 * its first name (`/notes.md`); where it has (`/etc/passwd`, `/home/…`), the path leads out.
 *
 * @param root an absolute path without links
 * @throws SandboxError `outside`, `invalid`
 */
export function locate(root: string, path: string, aliases: Aliases = {}): Located {
  if (path.includes("\0")) throw new SandboxError("invalid", "A path cannot contain a NUL character.");
  if (Buffer.byteLength(path) > PATH_LIMIT || path.split("/").some((name) => Buffer.byteLength(name) > NAME_LIMIT))
    throw new SandboxError("invalid", `The path '${path.slice(0, 100)}…' is too long.`);
  if (!isAbsolute(path)) return { path: inside(root, resolve(root, path), path) };
  const clean = normalize(path);
  if (clean === sep) return { path: root };
  for (const [prefix, target] of Object.entries(aliases)) {
    if (clean === prefix || clean.startsWith(`${prefix}/`))
      return { path: join(root, target, clean.slice(prefix.length)) };
  }
  if (isInside(root, clean)) return { path: clean };
  return { path: join(root, clean), unless: join(sep, clean.split(sep)[1] ?? "") };
}

function inside(root: string, path: string, asked: string): string {
  if (!isInside(root, path)) throw outside(root, asked, "leads-out");
  return path;
}

/** Whether `path` is `root` or below it. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}

const REASONS = {
  "leads-out": "it leads out of the workspace",
  link: "a symbolic link in it leads out of the workspace",
  absolute: "it is an absolute path outside of the workspace",
} as const;

/** @param asked the path as the agent named it */
export function outside(root: string, asked: string, reason: keyof typeof REASONS): SandboxError {
  return new SandboxError(
    "outside",
    `'${asked}' is not allowed: ${REASONS[reason]}. Use a path below ${root}, or one relative to it such as 'notes.md'.`,
  );
}

/**
 * A pattern as one relative to where a search begins.
 * @throws SandboxError `invalid` where it lies beside it, `outside` where it leads out
 */
export function relativePattern(root: string, directory: string, pattern: string): string {
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
