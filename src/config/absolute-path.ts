import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** A path as it was meant where it was written: `~` is the home directory, the rest is relative to here. */
export function absolutePath(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : resolve(path);
}
