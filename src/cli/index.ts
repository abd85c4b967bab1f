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
export { handleSignals } from "./signals.ts";
export type { StandardOutput } from "./standard-output.ts";
export { watchOutput } from "./standard-output.ts";
