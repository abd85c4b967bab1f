import type { MemoryKills } from "../../processes/index.ts";
import { withNote } from "../bounded-output.ts";
import type { CommandResult } from "../sandbox.ts";

/** As shells tell that a program was ended by SIGKILL. */
const KILLED = 137;

/**
 * The result of a command, with what the kernel did meanwhile: a command that it ended for want of memory says nothing of
 * it itself.
 * @param limit bytes that the execution's commands may use together, where they have a limit
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
    const note = `[The kernel killed ${what} of this execution: out of memory. Its commands may use ${mebibytes(limit)} together.]`;
    return { ...result, output: withNote(result.output, note) };
  }
  // Whose process it was cannot be told: but this one ended by the same signal.
  if (result.exitCode !== KILLED) return result;
  return { ...result, output: withNote(result.output, "[The kernel killed it: the machine is out of memory.]") };
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024).toLocaleString("en")} MiB`;
}
