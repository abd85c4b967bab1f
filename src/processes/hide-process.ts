import { libc } from "./libc.ts";

const PR_SET_DUMPABLE = 4;

let isHidden = false;

/**
 * Prevents other processes of the same user from reading the environment and memory of this one, which contain the
 * runner's keys. Linux only, and not against root. Programs that this process starts are not affected.
 * @returns whether that succeeded
 */
export function hideProcess(): boolean {
  isHidden ||= libc()?.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) === 0;
  return isHidden;
}
