/**
 * Puts the parts together to a runner: opens them, serves until a drain or a stop is requested, and closes them. Used by
 * `start`, `dev` and tests. It reads no environment and handles no signals.
 * @module
 */
export type { Runner } from "./runner.ts";
export { startRunner } from "./runner.ts";
export type { RunnerOptions } from "./runner-options.ts";
export { logStartupFailure } from "./startup-failure.ts";
