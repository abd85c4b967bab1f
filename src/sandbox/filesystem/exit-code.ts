import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";

/** The exit code of a process that has ended, as shells give it: 128 + signal if a signal ended it. */
export function exitCodeOf({ exitCode, signalCode }: ChildProcess): number | undefined {
  return exitCode ?? (signalCode === null ? undefined : 128 + constants.signals[signalCode]);
}
