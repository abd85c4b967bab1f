import { accessSync, constants } from "node:fs";
import { homedir, userInfo } from "node:os";

const ROOT = "/";

/**
 * The user's home directory. Container engines may run programs as users without a passwd entry, whose home is `/`, where
 * they cannot write. For them it is the working directory.
 */
export function homeDirectory(): string {
  const home = knownHome();
  return isUsable(home) ? home : process.cwd();
}

/** Whether a directory can be a user's home; `/` is not. */
export function isUsable(home: string): boolean {
  if (home !== ROOT) return true;
  try {
    accessSync(home, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** What Bun says for a user without the variable USER. */
const UNKNOWN = "unknown";

/** The user's name, or the uid if it cannot be found out. */
export function userName(): string {
  if (process.geteuid?.() === 0) return "root";
  const uid = String(process.geteuid?.() ?? "");
  try {
    const { username } = userInfo();
    return username === "" || username === UNKNOWN ? uid : username;
  } catch {
    return uid;
  }
}

function knownHome(): string {
  try {
    return homedir() || ROOT;
  } catch {
    return ROOT;
  }
}
