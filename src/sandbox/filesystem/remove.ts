import { lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SandboxError } from "../sandbox-error.ts";
import { explainError } from "./explain-error.ts";
import type { ResolvedPath } from "./files.ts";
import { openDirectoryIn, type PathHandle, type Root } from "./root.ts";

/** Deepest nesting that is deleted: each level needs an open handle. */
const MAX_DEPTH = 200;
/** How many files are deleted at a time. */
const AT_ONCE = 16;

/** Deletes a file, a link, or a directory with its contents. Links are never followed. */
export async function removePath(root: Root, { real, requested }: ResolvedPath): Promise<void> {
  await explainError(requested, async () => {
    await using directory = await root.openPath(dirname(real), requested);
    await removeIn(directory, basename(real), requested, 0);
  });
}

/** Deletes an entry of an open directory. */
export async function removeIn(directory: PathHandle, name: string, requested: string, depth: number): Promise<void> {
  const at = join(directory.at, name);
  if (!(await lstat(at)).isDirectory()) return await unlink(at);
  if (depth >= MAX_DEPTH) {
    throw new SandboxError(
      "unavailable",
      `'${requested}' is nested more than ${MAX_DEPTH} deep. Delete it with execute (rm -r).`,
    );
  }
  await empty(await openDirectoryIn(directory, name), requested, depth + 1);
  await rmdir(at);
}

/** Deletes files in parallel, but directories one by one, since each needs open handles. */
async function empty(made: PathHandle, requested: string, depth: number): Promise<void> {
  await using handle = made;
  const entries = await readdir(handle.at, { withFileTypes: true });
  const [directories, others] = [true, false].map((wanted) =>
    entries.filter((entry) => entry.isDirectory() === wanted).map((entry) => entry.name),
  );
  for (let first = 0; first < (others?.length ?? 0); first += AT_ONCE)
    await Promise.all(
      others?.slice(first, first + AT_ONCE).map((name) => removeIn(handle, name, requested, depth)) ?? [],
    );
  for (const name of directories ?? []) await removeIn(handle, name, requested, depth);
}
