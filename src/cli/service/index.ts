/**
 * The frame of commands that run until they are stopped: `start` and `dev`.
 * @module
 */
export { firstLogger, loggerOf, logWarnings } from "./first-logger.ts";
export { handleUncaughtErrors } from "./uncaught-errors.ts";
