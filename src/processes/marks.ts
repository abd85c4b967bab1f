import { readFileSync } from "node:fs";

/**
 * The variable that every command gets, and with it all that it starts, in whatever process group or session: by it they
 * are found again. Its value begins with that of this process.
 */
export const MARK = "AGENT_RUNNER_LEASE";
export const PROCESS_MARK: string = crypto.randomUUID();

export function newMark(): string {
  return `${PROCESS_MARK}.${crypto.randomUUID()}`;
}

/** Whether a process carries a mark; `undefined` where the system does not show its environment. */
export function isMarked(pid: number, mark: string): boolean | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(`${MARK}=${mark}`);
  } catch {
    return undefined;
  }
}
