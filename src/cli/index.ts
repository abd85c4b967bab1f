/**
 * What every command needs, and nothing heavy: exit codes, standard output, signals, the lifecycle. Used by `main.ts`,
 * the commands and the runner. It never loads a logger, Temporal or an agent: see `service/` for what only long-running
 * commands need.
 * @module
 */
export type { ExitCode } from "./exit-codes.ts";
export { EXIT, EXIT_MEANINGS } from "./exit-codes.ts";
export type { State } from "./lifecycle.ts";
export { Lifecycle } from "./lifecycle.ts";
export { print, printError } from "./print.ts";
export { handleSignals } from "./signals.ts";
export { ignoreOutputErrors, showingResult } from "./standard-output.ts";
