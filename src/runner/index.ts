/**
 * Puts the parts of a runner together: opens them, serves until a drain or a stop is requested, closes them. Used by the
 * commands `start` and `dev`. It never reads the environment and never handles signals.
 * @module
 */
export type { Runner } from "./runner.ts";
export { startRunner } from "./runner.ts";
export type { RunnerOptions } from "./runner-options.ts";
export { logStartupFailure } from "./startup-failure.ts";
