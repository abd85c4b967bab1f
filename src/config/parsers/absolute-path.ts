import { join, resolve } from "node:path";
import { homeDirectory } from "../../shared/home-directory.ts";

/** A path as it was meant where it was written: `~` is the home directory, the rest is relative to here. */
export function absolutePath(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homeDirectory(), path.slice(1)) : resolve(path);
}
