export { StartStopped } from "./connect-within.ts";
export type { Runner, RunnerOptions } from "./runner.ts";
export { startRunner } from "./runner.ts";
export { logStartupFailure, startupFailure } from "./startup-failure.ts";
