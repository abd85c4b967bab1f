/**
 * Runs a long-running command: sets up log, configuration, signals and error handling, and returns the exit code. Used by
 * `start` and `dev`. It never knows what a command runs.
 * @module
 */
export type { ServiceContext } from "./run-service.ts";
export { runService } from "./run-service.ts";
