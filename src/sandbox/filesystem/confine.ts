import { existsSync } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { type Aliases, isInside, locate, outside } from "../paths.ts";
import { SandboxError } from "../sandbox-error.ts";

/**
 * Resolves an agent's path to a real one inside `root`; see {@link locate} for its meaning. Links are followed and must
 * end inside.
 *
 * @param root an absolute path without links
 * @returns an absolute path; its existing part contains no links
 * @throws SandboxError `outside`, `invalid`, `not-a-directory`
 */
export async function confine(root: string, path: string, aliases: Aliases = {}): Promise<string> {
  const real = await realpathOfExisting(located(root, path, aliases));
  if (!isInside(root, real)) throw outside(root, path, "link");
  return real;
}

/** Like {@link confine}, but a link at the end of the path is not followed. */
export async function confineEntry(root: string, path: string, aliases: Aliases = {}): Promise<string> {
  const lexical = located(root, path, aliases);
  if (lexical === root) return root;
  return join(await confine(root, dirname(lexical), aliases), basename(lexical));
}

function located(root: string, requested: string, aliases: Aliases): string {
  const { path, unless } = locate(root, requested, aliases);
  if (unless !== undefined && existsSync(unless)) throw outside(root, requested, "absolute");
  return path;
}

/** The real path of the part that exists, with the rest appended. */
async function realpathOfExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    switch (systemCode(error)) {
      case "ENOENT":
        // A dangling link: writing to it would create its target, which may be anywhere.
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
