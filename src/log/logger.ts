import pino from "pino";
import type { LogFormat, LogLevel } from "../shared/log-names.ts";
import { safeJson } from "../shared/safe-json.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import { cutMiddle, wellFormed } from "../shared/text.ts";
import { LevelControl } from "./level-control.ts";
import { contextFields } from "./log-context.ts";
import type { LogFields } from "./log-fields.ts";
import { formatText } from "./text-format.ts";

/** Longest message and longest value of a field, in characters. What is longer loses its middle, and says so. */
const MAX_MESSAGE = 8_000;
const MAX_VALUE = 1_000;

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

/** What all loggers of a root share. */
interface Shared {
  readonly records: pino.Logger;
  readonly mask: SecretMask;
  readonly levels: LevelControl;
}

/** The root logger, named `agent-runner`. */
export function createLogger({ level, format, mask, write }: LoggerOptions): Logger {
  const line =
    format === "json"
      ? (record: string) => write(safeJson(record))
      : (record: string) => write(formatText(JSON.parse(record) as Record<string, unknown>));
  const records = pino(
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
  return loggerOf("agent-runner", {}, { records, mask, levels: new LevelControl(level) });
}

/** A field without a value does not hide the one of the context. */
function knownFields(fields: LogFields) {
  return Object.entries(fields).filter(([, value]) => value !== undefined);
}

/** @param bound fields of all of its records */
function loggerOf(logger: string, bound: LogFields, shared: Shared): Logger {
  const { records, mask, levels } = shared;
  // Masks values and not the formatted line: a secret may look like a part of the format.
  const shown = (text: string, limit: number) =>
    wellFormed(cutMiddle(mask.mask(text), limit, (cut) => ` [… ${cut} characters cut …] `).text);
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (!levels.isEnabled(level)) return;
    const values = [contextFields(), bound, fields ?? {}]
      .flatMap(knownFields)
      .map(([key, value]) => [key, typeof value === "string" ? shown(value, MAX_VALUE) : value]);
    records[level]({ logger, ...Object.fromEntries(values) }, shown(message, MAX_MESSAGE));
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
    child: (name, fields) => loggerOf(`${logger}.${name}`, { ...bound, ...fields }, shared),
  };
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
