export { captureConsole } from "./capture-console.ts";
export type { LogFields, LogFormat, Logger, LoggerOptions, LogLevel } from "./logger.ts";
export { createLogger, LOG_FORMATS, LOG_LEVELS, silentLogger } from "./logger.ts";
export { writeLines } from "./write-lines.ts";
