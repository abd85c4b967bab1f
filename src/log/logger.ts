import pino from "pino";
import type { LogFormat, LogLevel } from "../shared/log-names.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import { LevelControl } from "./level-control.ts";
import { formatText } from "./text-format.ts";

/** Structured values of a record: ids, counts, durations in ms. */
type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Logger {
  /** Whether debug lines are written at the moment: they may cost something to make. */
  readonly isDebug: boolean;
  /** The level of this logger and of all others with the same root. */
  readonly levels: LevelControl;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A child logger: `name` is appended to its name, `fields` are added to all of its records. */
  child(name: string, fields?: LogFields): Logger;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Replaces secrets in every line. */
  readonly mask: SecretMask;
  /** Writes complete lines, each with its newline. */
  readonly write: (lines: string) => void;
}

/** The root logger, named `agent-runner`. */
export function createLogger(options: LoggerOptions): Logger {
  const { mask, write } = options;
  const line =
    options.format === "json"
      ? write
      : (record: string) => write(formatText(JSON.parse(record) as Record<string, unknown>));
  const root = pino(
    {
      // The control decides: a child of pino keeps the level that its parent had when it was made.
      level: "debug",
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: "message",
    },
    { write: line },
  );
  return wrap(root, "agent-runner", { mask, levels: new LevelControl(options.level) });
}

/** What all loggers of a root share. */
interface Shared {
  readonly mask: SecretMask;
  readonly levels: LevelControl;
}

function wrap(parent: pino.Logger, name: string, shared: Shared): Logger {
  const { mask, levels } = shared;
  const records = parent.child({ logger: name });
  // Masks values and not the formatted line: a secret may look like a part of the format.
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (levels.isEnabled(level)) records[level](masked(fields ?? {}, mask), mask.mask(message));
  };
  return {
    levels,
    get isDebug() {
      return levels.isEnabled("debug");
    },
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (below, fields) =>
      wrap(fields === undefined ? parent : parent.child(masked(fields, mask)), `${name}.${below}`, shared),
  };
}

function masked(fields: LogFields, mask: SecretMask): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === "string" ? mask.mask(value) : value]),
  );
}

/** Discards everything; for tests and for commands without a log. */
export const silentLogger: Logger = {
  isDebug: false,
  levels: new LevelControl("error"),
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
