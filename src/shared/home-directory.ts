import { homedir } from "node:os";

/** The user's home directory; `/` where the system knows of none, as container engines have it for unknown users. */
export function homeDirectory(): string {
  try {
    return homedir() || "/";
  } catch {
    return "/";
  }
}
