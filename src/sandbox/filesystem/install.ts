import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { systemCode } from "../../shared/errors.ts";
import type { InstalledTree, Tree, TreeFile } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { ABANDONED_MINUTES, checkTrees, directoriesOf, INSTALLING, modeOf, parentOf, TREE_TIME } from "../trees.ts";
import { explainError } from "./explain-error.ts";
import type { ResolvedPath } from "./files.ts";
import { removeIn } from "./remove.ts";
import { NO_LINKS, openDirectoryIn, type PathHandle, type Root } from "./root.ts";

/** How often a tree is put in its place while something else keeps appearing there. */
const ATTEMPTS = 5;

/** Installs trees, see {@link Sandbox.installTrees}. Nothing is followed that a command may have replaced by a link. */
export async function installTrees(
  root: Root,
  { real, requested }: ResolvedPath,
  trees: readonly Tree[],
  signal: AbortSignal,
): Promise<readonly InstalledTree[]> {
  checkTrees(trees);
  return await explainError(requested, async () => {
    await using directory = await root.openOrCreateDirectory(real, requested);
    await prepare(directory, requested);
    const installed: InstalledTree[] = [];
    for (const tree of trees) {
      signal.throwIfAborted();
      const wasThere = await isInstalled(directory, tree);
      if (!wasThere) await install(directory, tree, requested, signal);
      installed.push({ path: join(directory.real, tree.name), wasThere });
    }
    return installed;
  });
}

/** Hides a new directory from Git, and deletes what was abandoned in it. */
async function prepare(directory: PathHandle, requested: string): Promise<void> {
  const names = await readdir(directory.at);
  // A directory with files of the user is not ours to hide.
  if (names.length === 0)
    await writeFile(join(directory.at, ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
      if (systemCode(error) !== "EEXIST") throw error;
    });
  for (const name of names.filter((entry) => entry.startsWith(INSTALLING))) {
    const found = await lstat(join(directory.at, name)).catch(() => undefined);
    if (found === undefined || Date.now() - found.mtimeMs < ABANDONED_MINUTES * 60_000) continue;
    await removeIn(directory, name, requested, 0).catch(() => undefined);
  }
}

async function install(directory: PathHandle, tree: Tree, requested: string, signal: AbortSignal): Promise<void> {
  const name = `${INSTALLING}${crypto.randomUUID()}`;
  await mkdir(join(directory.at, name));
  try {
    await using made = await openDirectoryIn(directory, name);
    await write(made, tree, signal);
    await putInPlace(directory, name, tree, requested);
  } finally {
    await removeIn(directory, name, requested, 0).catch((error: unknown) => {
      if (systemCode(error) !== "ENOENT") throw error;
    });
  }
}

async function write(made: PathHandle, tree: Tree, signal: AbortSignal): Promise<void> {
  const directories = directoriesOf(tree);
  for (const path of directories)
    await inDirectory(made, parentOf(path), (above) => mkdir(join(above.at, basename(path)), 0o755));
  const byDirectory = Map.groupBy(tree.files, ({ path }) => parentOf(path));
  for (const [path, files] of byDirectory)
    await inDirectory(made, path, async (above) => {
      for (const file of files) {
        signal.throwIfAborted();
        await writeFileIn(above, file);
      }
    });
}

async function writeFileIn(directory: PathHandle, file: TreeFile): Promise<void> {
  const content = await file.read();
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_LINKS;
  const handle = await open(join(directory.at, basename(file.path)), flags, 0o600);
  try {
    await handle.writeFile(content);
    await handle.utimes(TREE_TIME, TREE_TIME);
    // Not the mode of its creation, from which the umask is taken.
    await handle.chmod(modeOf(file));
  } finally {
    await handle.close();
  }
}

/** Works in a directory below another one, which is opened step by step, so that no link is followed. */
async function inDirectory<T>(
  directory: PathHandle,
  path: string,
  work: (directory: PathHandle) => Promise<T>,
): Promise<T> {
  if (path === "") return await work(directory);
  const [name = "", ...rest] = path.split("/");
  await using next = await openDirectoryIn(directory, name);
  return await inDirectory(next, rest.join("/"), work);
}

/** Renames a tree to its name. Whatever is there and is not the same is moved away and deleted. */
async function putInPlace(directory: PathHandle, from: string, tree: Tree, requested: string): Promise<void> {
  const target = join(directory.at, tree.name);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const error = await rename(join(directory.at, from), target).catch((reason: unknown) => reason);
    if (error === undefined) return;
    if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(systemCode(error) ?? "")) throw error;
    // Another execution was faster.
    if (await isInstalled(directory, tree)) return;
    const old = `${INSTALLING}${crypto.randomUUID()}`;
    await rename(target, join(directory.at, old)).catch((reason: unknown) => {
      if (systemCode(reason) !== "ENOENT") throw reason;
    });
    await removeIn(directory, old, requested, 0).catch((reason: unknown) => {
      if (systemCode(reason) !== "ENOENT") throw reason;
    });
  }
  throw new SandboxError(
    "unavailable",
    `'${join(requested, tree.name)}' is replaced again and again by something else.`,
  );
}

/** Whether a tree is there, with nothing more and nothing less. */
async function isInstalled(directory: PathHandle, tree: Tree): Promise<boolean> {
  const directories = directoriesOf(tree);
  const children = Map.groupBy([...directories, ...tree.files.map(({ path }) => path)], parentOf);
  const files = Map.groupBy(tree.files, ({ path }) => parentOf(path));
  try {
    await using top = await openDirectoryIn(directory, tree.name);
    for (const path of ["", ...directories]) {
      const expected = new Set((children.get(path) ?? []).map((child) => basename(child)));
      if (!(await inDirectory(top, path, (at) => hasContent(at, expected, files.get(path) ?? [])))) return false;
    }
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(systemCode(error) ?? "")) return false;
    throw error;
  }
}

async function hasContent(
  directory: PathHandle,
  expected: ReadonlySet<string>,
  files: readonly TreeFile[],
): Promise<boolean> {
  const names = await readdir(directory.at);
  if (names.length !== expected.size || !names.every((name) => expected.has(name))) return false;
  for (const file of files) if (!(await isSame(directory, file))) return false;
  return true;
}

async function isSame(directory: PathHandle, file: TreeFile): Promise<boolean> {
  const found = await lstat(join(directory.at, basename(file.path)));
  const hasMode = found.isFile() && (found.mode & 0o7777) === modeOf(file);
  return hasMode && found.size === file.size && found.mtimeMs === TREE_TIME * 1000;
}
