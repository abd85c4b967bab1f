export { StartStopped } from "./connect-within.ts";
export type { ExitCode } from "./exit-codes.ts";
export { EXIT, EXIT_MEANINGS } from "./exit-codes.ts";
export type { Runner, RunnerOptions } from "./runner.ts";
export { startRunner } from "./runner.ts";
export { handleSignals } from "./signals.ts";
export { logStartupFailure, startupFailure } from "./startup-failure.ts";
export { catchStrayErrors } from "./stray-errors.ts";
