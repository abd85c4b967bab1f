import type { Tree, TreeFile } from "./sandbox.ts";
import { SandboxError } from "./sandbox-error.ts";

/** The modification time of everything in a tree, in seconds: the first that a zip can have. */
export const TREE_TIME = 315_532_800;
/** What begins the name of something that is being installed. */
export const INSTALLING = ".installing-";
/** Something that is being installed for longer than this was left by a runner that was killed. */
export const ABANDONED_MINUTES = 60;

/** The mode of a file. */
export function modeOf({ isExecutable }: TreeFile): number {
  return isExecutable ? 0o555 : 0o444;
}

/** All directories in a tree, each after the one it lies in. */
export function directoriesOf({ directories, files }: Tree): readonly string[] {
  const all = new Set<string>();
  const add = (path: string): void => {
    if (path === "" || all.has(path)) return;
    add(parentOf(path));
    all.add(path);
  };
  for (const path of directories) add(path);
  for (const { path } of files) add(parentOf(path));
  return [...all];
}

/** Empty for what lies at the top. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/** @throws SandboxError `invalid` for names that lead elsewhere */
export function checkTrees(trees: readonly Tree[]): void {
  for (const { name, directories, files } of trees) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) throw invalid(name);
    for (const path of [...directories, ...files.map((file) => file.path)])
      if (path.includes("\0") || path.split("/").some((part) => part === "" || part === "." || part === ".."))
        throw invalid(path);
  }
}

function invalid(name: string): SandboxError {
  return new SandboxError("invalid", `${JSON.stringify(name)} cannot be installed: the name leads elsewhere.`);
}
