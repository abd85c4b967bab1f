import { existsSync } from "node:fs";
import { lstat, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { type Aliases, isInside, locate, outside } from "../paths.ts";
import { SandboxError } from "../sandbox-error.ts";

/**
 * Turns a path that an agent named into a real one inside `root`; see {@link locate} for what it means. Links are followed
 * and must end inside.
 *
 * @param root an absolute path without links
 * @returns an absolute path; of links, what they point to, as far as it exists
 * @throws SandboxError `outside`, with what is allowed; `invalid` for a path that cannot be one
 */
export async function confine(root: string, path: string, aliases: Aliases = {}): Promise<string> {
  const real = await realpathOfExisting(located(root, path, aliases));
  if (!isInside(root, real)) throw outside(root, path, "link");
  return real;
}

/** As {@link confine}, but where the path itself is a link, the link is meant and not what it points to. */
export async function confineEntry(root: string, path: string, aliases: Aliases = {}): Promise<string> {
  const lexical = located(root, path, aliases);
  if (lexical === root) return root;
  return join(await confine(root, dirname(lexical), aliases), basename(lexical));
}

function located(root: string, asked: string, aliases: Aliases): string {
  const { path, unless } = locate(root, asked, aliases);
  if (unless !== undefined && existsSync(unless)) throw outside(root, asked, "absolute");
  return path;
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
