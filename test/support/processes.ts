import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The processes whose command line contains a text. */
export async function processesWith(text: string): Promise<string[]> {
  const found: string[] = [];
  for await (const name of new Bun.Glob("[0-9]*/cmdline").scan({ cwd: "/proc", onlyFiles: false })) {
    const line = (await readFile(join("/proc", name), "utf8").catch(() => "")).replaceAll("\0", " ");
    if (line.includes(text)) found.push(line);
  }
  return found;
}
