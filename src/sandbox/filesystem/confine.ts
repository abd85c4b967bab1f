import { existsSync } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, relative, resolve, sep } from "node:path";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { SandboxError } from "../sandbox-error.ts";

/** Directories that the agent library writes to by names of its own; they live in the runner's directory. */
export interface Aliases {
  readonly [prefix: string]: string;
}

/**
 * Turns a path that an agent named into a real one inside `root`.
 *
 * Relative paths are the root's. Absolute paths inside the root are taken as they are. Agents also write `/notes.md`
 * and mean the root: an absolute path counts as the root's where this machine has nothing of its first name (`/notes.md`);
 * where it has (`/etc/passwd`, `/home/…`), the path leads out and is refused. Links are followed and must end inside.
 *
 * @param root an absolute path without links
 * @returns an absolute path; of links, what they point to, as far as it exists
 * @throws SandboxError `outside`, with what is allowed; `invalid` for a path that cannot be one
 */
export async function confine(root: string, path: string, aliases: Aliases = {}): Promise<string> {
  if (path.includes("\0")) throw new SandboxError("invalid", "A path cannot contain a NUL character.");
  const lexical = locate(root, path, aliases);
  if (!isInside(root, lexical)) throw outside(root, path, "it leads out of the workspace");
  const real = await realpathOfExisting(lexical);
  if (!isInside(root, real)) throw outside(root, path, "a symbolic link in it leads out of the workspace");
  return real;
}

/** As {@link confine}, but where the path itself is a link, the link is meant and not what it points to. */
export async function confineEntry(root: string, path: string, aliases: Aliases = {}): Promise<string> {
  const lexical = locate(root, path, aliases);
  if (lexical === root) return root;
  return join(await confine(root, dirname(lexical), aliases), basename(lexical));
}

/** Whether `path` is `root` or below it. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}

function locate(root: string, path: string, aliases: Aliases): string {
  if (!isAbsolute(path)) return resolve(root, path);
  const clean = normalize(path);
  if (clean === sep) return root;
  for (const [prefix, target] of Object.entries(aliases)) {
    if (clean === prefix || clean.startsWith(`${prefix}/`)) return join(root, target, clean.slice(prefix.length));
  }
  if (isInside(root, clean)) return clean;
  const first = clean.split(sep)[1] ?? "";
  if (existsSync(join(sep, first))) throw outside(root, path, "it is an absolute path outside of the workspace");
  return join(root, clean);
}

/** The real path of the deepest part that exists, with the rest appended. */
async function realpathOfExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    switch (systemCode(error)) {
      case "ENOENT":
        // A link to nothing: writing "to" it would create its target, wherever that is.
        if (await isLink(path))
          throw new SandboxError("invalid", `'${path}' is a symbolic link to something that does not exist.`);
        return join(await realpathOfExisting(dirname(path)), basename(path));
      case "ENOTDIR":
        throw new SandboxError("not-a-directory", `'${dirname(path)}' is not a directory.`);
      default:
        throw new SandboxError("invalid", `'${path}' cannot be resolved: ${messageOf(error)}`, error);
    }
  }
}

async function isLink(path: string): Promise<boolean> {
  return await lstat(path)
    .then((found) => found.isSymbolicLink())
    .catch(() => false);
}

function outside(root: string, path: string, why: string): SandboxError {
  return new SandboxError(
    "outside",
    `'${path}' is not allowed: ${why}. Use a path below ${root}, or one relative to it such as 'notes.md'.`,
  );
}
