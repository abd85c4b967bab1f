import { lstat, readdir, rmdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SandboxError } from "../sandbox-error.ts";
import { explainError } from "./explain-error.ts";
import type { Named } from "./files.ts";
import { below, type Held, type Root } from "./root.ts";

/** Deepest nesting that is deleted: each level is held open. */
const MAX_DEPTH = 200;
/** Files of a directory that are deleted at a time. */
const AT_ONCE = 16;

/** Deletes a file, a link, or a directory with all that is in it; never what a link leads to. */
export async function removePath(root: Root, { real, asked }: Named): Promise<void> {
  await explainError(asked, async () => {
    await using directory = await root.hold(dirname(real), asked);
    await removeIn(directory, basename(real), asked, 0);
  });
}

async function removeIn(directory: Held, name: string, asked: string, depth: number): Promise<void> {
  const at = join(directory.at, name);
  if (!(await lstat(at)).isDirectory()) return await unlink(at);
  if (depth >= MAX_DEPTH) {
    throw new SandboxError(
      "unavailable",
      `'${asked}' is nested more than ${MAX_DEPTH} deep. Delete it with execute (rm -r).`,
    );
  }
  await empty(await below(directory, name), asked, depth + 1);
  await rmdir(at);
}

/** Files some at a time; directories one after the other, since each holds those above it open. */
async function empty(made: Held, asked: string, depth: number): Promise<void> {
  await using held = made;
  const entries = await readdir(held.at, { withFileTypes: true });
  const [directories, others] = [true, false].map((wanted) =>
    entries.filter((entry) => entry.isDirectory() === wanted).map((entry) => entry.name),
  );
  for (let first = 0; first < (others?.length ?? 0); first += AT_ONCE)
    await Promise.all(others?.slice(first, first + AT_ONCE).map((name) => removeIn(held, name, asked, depth)) ?? []);
  for (const name of directories ?? []) await removeIn(held, name, asked, depth);
}
