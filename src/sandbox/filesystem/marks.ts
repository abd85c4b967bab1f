import { readdirSync, readFileSync } from "node:fs";

/**
 * The variable that every command gets, and with it all that it starts, in whatever process group or session: by it they
 * are found again. Its value begins with that of this process.
 */
export const MARK = "AGENT_RUNNER_LEASE";
export const PROCESS_MARK: string = crypto.randomUUID();

export function newMark(): string {
  return `${PROCESS_MARK}.${crypto.randomUUID()}`;
}

/** The processes that carry a mark, where the system shows environments (Linux); elsewhere none is found. */
export function processesMarked(mark: string): number[] {
  const wanted = `${MARK}=${mark}`;
  return processIds().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, "latin1").includes(wanted);
    } catch {
      // Gone, or of another user.
      return false;
    }
  });
}

function processIds(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}
