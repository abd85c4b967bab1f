/**
 * The frame of commands that run until they are stopped: the log, the configuration, uncaught errors, the exit code.
 * Used by `start` and `dev`. It knows nothing of what they run.
 * @module
 */
export type { Service } from "./run-service.ts";
export { runService } from "./run-service.ts";
