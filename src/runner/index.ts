export type { ExitCode } from "../cli/index.ts";
export { EXIT, EXIT_MEANINGS } from "../cli/index.ts";
export { StartStopped } from "./connect-within.ts";
export type { Runner, RunnerOptions } from "./runner.ts";
export { startRunner } from "./runner.ts";
export { handleSignals } from "./signals.ts";
export { logStartupFailure, startupFailure } from "./startup-failure.ts";
export { handleUncaughtErrors } from "./uncaught-errors.ts";
