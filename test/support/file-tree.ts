import { chmod, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

/** Files by their paths; those that begin with `#!` are executable. */
export type FileTree = Readonly<Record<string, string | Uint8Array>>;

/** A directory with these files, which is deleted with the test. */
export async function fileTree(
  files: FileTree,
): Promise<TemporaryFolder & { readonly file: (name: string) => string }> {
  const folder = await temporaryFolder();
  await writeFiles(folder.path, files);
  return { ...folder, file: (name) => join(folder.path, name) };
}

export async function writeFiles(folder: string, files: FileTree): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await Bun.write(path, content);
    if (typeof content === "string" && content.startsWith("#!")) await chmod(path, 0o755);
  }
}
