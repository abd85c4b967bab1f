import { formatWithOptions, inspect } from "node:util";
import type { LogLevel } from "../shared/log-names.ts";
import { cutBetweenWords } from "../shared/text.ts";
import type { Logger } from "./logger.ts";

/** Longest text of one call. */
const TEXT_LIMIT = 4_000;

type Method =
  | "debug"
  | "dir"
  | "dirxml"
  | "error"
  | "group"
  | "groupCollapsed"
  | "info"
  | "log"
  | "table"
  | "trace"
  | "warn";

/** Most console output of libraries is for their developers. */
const LEVELS: Readonly<Record<Method, LogLevel>> = {
  error: "warn",
  warn: "warn",
  debug: "debug",
  dir: "debug",
  dirxml: "debug",
  group: "debug",
  groupCollapsed: "debug",
  info: "debug",
  log: "debug",
  table: "debug",
  trace: "debug",
};

/**
 * Redirects console output of libraries and warnings of the process to the log: with a timestamp, masked, without control
 * characters. For commands whose output is a log; commands that print for people keep their console.
 * @returns the function that restores the console
 */
export function captureConsole(log: () => Logger): () => void {
  let busy = false;
  const write = (level: LogLevel, text: string) => {
    // Output that logging itself writes to the console is dropped.
    if (busy || text === "") return;
    busy = true;
    try {
      log().child("library")[level](cutBetweenWords(text, TEXT_LIMIT));
    } finally {
      busy = false;
    }
  };
  const before = { ...console };
  for (const [method, level] of Object.entries(LEVELS) as [Method, LogLevel][])
    console[method] = (...args: unknown[]) => write(level, formatted(args));
  console.assert = (condition?: unknown, ...args: unknown[]) => {
    if (!condition) write("warn", `Assertion failed: ${formatted(args)}`);
  };
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error) =>
    write("warn", typeof warning === "string" ? warning : `${warning.name}: ${warning.message}`);
  return () => {
    Object.assign(console, before);
    process.emitWarning = emitWarning;
  };
}

/** Never throws, although an object may have getters that do. */
function formatted(args: readonly unknown[]): string {
  try {
    const [first, ...rest] = args;
    return formatWithOptions({ colors: false }, typeof first === "string" ? first : inspect(first), ...rest).trimEnd();
  } catch {
    return "(a value that cannot be shown)";
  }
}
