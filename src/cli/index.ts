/**
 * What every command needs, and nothing heavy: exit codes, standard output, the lifecycle, signals. Used by `main.ts`,
 * the commands and the runner. It never loads a logger, Temporal or an agent: what only long-running commands need is
 * in `service/`.
 * @module
 */

export type { ExitCode } from "./exit-codes.ts";
export { EXIT, EXIT_MEANINGS } from "./exit-codes.ts";
export { Lifecycle, StartInterrupted } from "./lifecycle.ts";
export { print, printError } from "./print.ts";
export { SignalHandler } from "./signals.ts";
export { ignoreOutputErrors, runAndFlush } from "./standard-output.ts";
export { TRY_BRIDGE_COMMAND } from "./try-bridge-command.ts";
