import { isAbsolute, join, normalize, relative, resolve, sep } from "node:path";
import { OWN_DIRECTORY } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** Absolute paths that mean directories below the root: the agent library uses such names. */
export interface Aliases {
  readonly [prefix: string]: string;
}

/** Where the files of the agent library are kept. */
export const LIBRARY_DIRECTORIES: Aliases = {
  "/large_tool_results": `${OWN_DIRECTORY}/large_tool_results`,
  "/conversation_history": `${OWN_DIRECTORY}/conversation_history`,
};

/** The longest path that file systems permit, and the longest name in it, in bytes. */
const PATH_LIMIT = 4_096;
const NAME_LIMIT = 255;

/** The meaning of a path, before links are followed. */
export interface Located {
  /** Absolute. */
  readonly path: string;
  /** If this exists, the path leads out of the root after all. Absent if it certainly does not. */
  readonly unless?: string;
}

/**
 * What an agent means by a path. Relative paths start at the root. Absolute paths inside the root stay as they are.
 * Agents also write `/notes.md` and mean the root: so other absolute paths start at the root too, unless their first
 * directory exists on the machine (`/etc/passwd`, `/home/…`). Then they lead out.
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

function inside(root: string, path: string, requested: string): string {
  if (!isInside(root, path)) throw outside(root, requested, "leads-out");
  return path;
}

/** Whether `path` is `root` or below it. */
export function isInside(root: string, path: string): boolean {
  const rest = relative(root, path);
  return rest === "" || !(rest === ".." || rest.startsWith(`..${sep}`) || isAbsolute(rest));
}

const REASONS = {
  "leads-out": "it leads out of the workspace",
  link: "a symbolic link in it leads out of the workspace",
  absolute: "it is an absolute path outside of the workspace",
} as const;

/** The error for a path outside of the root. @param requested the path as the agent wrote it */
export function outside(root: string, requested: string, reason: keyof typeof REASONS): SandboxError {
  return new SandboxError(
    "outside",
    `'${requested}' is not allowed: ${REASONS[reason]}. Use a path below ${root}, or one relative to it such as 'notes.md'.`,
  );
}

/**
 * Makes a pattern relative to the directory in which the search starts.
 * @throws SandboxError `invalid` if it is in another directory of the root, `outside` if it leads out of the root
 */
export function relativePattern(root: string, directory: string, pattern: string): string {
  let relative = pattern;
  if (isAbsolute(pattern))
    relative = pattern.slice(isInside(directory, pattern) && directory !== sep ? directory.length + 1 : 1);
  if (isAbsolute(pattern) && !isInside(directory, pattern) && isInside(root, pattern)) {
    throw new SandboxError("invalid", `The pattern '${pattern}' is not below '${directory}'. Use a relative pattern.`);
  }
  if (relative.split("/").includes(".."))
    throw new SandboxError("outside", `The pattern '${pattern}' is not allowed: '..' leads out of the workspace.`);
  return relative;
}
