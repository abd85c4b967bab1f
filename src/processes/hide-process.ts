import { libc } from "./libc.ts";

const PR_SET_DUMPABLE = 4;

let isHidden = false;

/**
 * Takes this process out of reach of others of the same user: a command could read the runner's keys in
 * `/proc/<pid>/environ` or in its memory. Linux only, and not against root. Programs that this process starts are not
 * affected.
 * @returns whether it could be done
 */
export function hideProcess(): boolean {
  isHidden ||= libc()?.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) === 0;
  return isHidden;
}
