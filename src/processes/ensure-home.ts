import { isUsable } from "../shared/home-directory.ts";
import { libc } from "./libc.ts";

/**
 * Gives a user that the system does not know a home directory: libraries ask for it, and fail where there is none. What
 * they ask sees nothing of what is set in `process.env`, and remembers its first answer: to be called before all else.
 */
export function ensureHome(env: Readonly<Record<string, string | undefined>>): void {
  const c = env["HOME"] ? undefined : libc();
  if (c === undefined || c.getpwuid(process.getuid?.() ?? 0) !== null) return;
  const home = isUsable("/") ? "/" : process.cwd();
  c.setenv(Buffer.from("HOME\0"), Buffer.from(`${home}\0`), 1);
}
