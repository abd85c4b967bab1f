/** Names and limits of the log. Settings and commands need them without loading the logger. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];
/** The longest time for which a level can be set while a runner runs: a day. */
export const MAX_LEVEL_SECONDS = 86_400;
