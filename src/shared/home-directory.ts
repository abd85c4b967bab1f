import { accessSync, constants } from "node:fs";
import { homedir, userInfo } from "node:os";

const ROOT = "/";

/**
 * The user's home directory. Container engines run programs as users that the system does not know: their home is `/`, in
 * which they may not write. They have the directory instead in which the program was started.
 */
export function homeDirectory(): string {
  const home = knownHome();
  return isUsable(home) ? home : process.cwd();
}

/** Whether a directory is somebody's home: any but one that is everybody's. */
export function isUsable(home: string): boolean {
  if (home !== ROOT) return true;
  try {
    accessSync(home, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The user's name; for a user that the system does not know, the number. */
export function userName(): string {
  try {
    return userInfo().username || String(process.getuid?.() ?? "");
  } catch {
    return String(process.getuid?.() ?? "");
  }
}

function knownHome(): string {
  try {
    return homedir() || ROOT;
  } catch {
    return ROOT;
  }
}
