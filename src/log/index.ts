/**
 * Logging: text or JSON lines with secrets masked, and capturing the console output of libraries. Used everywhere. Its
 * level can change at run time. It never decides what is worth a line.
 * @module
 */
export { captureConsole } from "./capture-console.ts";
export type { LevelControl } from "./level-control.ts";
export { withLogFields, withoutLogFields } from "./log-context.ts";
export type { LogFields } from "./log-fields.ts";
export type { Logger, LoggerOptions } from "./logger.ts";
export { createLogger, silentLogger } from "./logger.ts";
export { writeLines } from "./write-lines.ts";
