/**
 * What every command needs, and nothing heavy: the exit codes. Used by the commands and by the runner.
 * @module
 */
export type { ExitCode } from "./exit-codes.ts";
export { EXIT, EXIT_MEANINGS } from "./exit-codes.ts";
