export { captureConsole } from "./capture-console.ts";
export type { LogFields, Logger, LoggerOptions } from "./logger.ts";
export { createLogger, silentLogger } from "./logger.ts";
export { writeLines } from "./write-lines.ts";
