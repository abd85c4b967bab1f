import type { MemoryKills } from "../../processes/index.ts";
import { humanSize } from "../../shared/human-size.ts";
import { withNote } from "../bounded-output.ts";
import type { CommandResult } from "../sandbox.ts";

/** The exit code of a program that SIGKILL ended. */
const KILLED = 137;

/**
 * Appends a note if the kernel killed processes because memory ran out: the output of the command does not say so.
 * @param limit bytes that the execution's commands may use together; `undefined` if they have no limit
 */
export function withMemoryNote(
  result: CommandResult,
  before: MemoryKills,
  after: MemoryKills,
  limit: number | undefined,
): CommandResult {
  const kills = after.count - before.count;
  if (kills <= 0) return result;
  if (after.isExact && limit !== undefined) {
    const what = kills === 1 ? "a process" : `${kills} processes`;
    const note = `[The kernel killed ${what} of this execution: out of memory. Its commands may use ${humanSize(limit)} together.]`;
    return { ...result, output: withNote(result.output, note) };
  }
  // It is unknown whose process was killed, but this command ended with the same signal.
  if (result.exitCode !== KILLED) return result;
  return { ...result, output: withNote(result.output, "[The kernel killed it: the machine is out of memory.]") };
}
