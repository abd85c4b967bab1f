import { isUsable } from "../shared/home-directory.ts";
import { libc } from "./libc.ts";

/**
 * Sets `HOME` for a user that is not in the system's user database: libraries ask for it, and fail without one. They do
 * not see changes of `process.env`, and they remember the first answer. So call this before anything else.
 */
export function ensureHome(env: Readonly<Record<string, string | undefined>>): void {
  const c = env["HOME"] ? undefined : libc();
  if (c === undefined || c.getpwuid(process.getuid?.() ?? 0) !== null) return;
  const home = isUsable("/") ? "/" : process.cwd();
  c.setenv(Buffer.from("HOME\0"), Buffer.from(`${home}\0`), 1);
}
