import { formatWithOptions, inspect } from "node:util";
import type { LogLevel } from "../shared/log-names.ts";
import { cutBetweenWords } from "../shared/text.ts";
import { captureStream } from "./capture-stream.ts";
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
 * Redirects console output of libraries, what they write to standard output and error, and warnings of the process to the
 * log: with a timestamp, masked, without control characters. For commands whose output is a log; commands that print for
 * people keep their console.
 * @returns the function that restores the console
 */
export function captureConsole(log: () => Logger): () => void {
  let busy = false;
  const write = (level: LogLevel, text: () => string) => {
    // Output that logging itself writes to the console is dropped.
    if (busy || !log().levels.isEnabled(level)) return;
    busy = true;
    try {
      const told = text();
      if (told !== "") log().child("library")[level](cutBetweenWords(told, TEXT_LIMIT));
    } finally {
      busy = false;
    }
  };
  const before = { ...console };
  for (const [method, level] of Object.entries(LEVELS) as [Method, LogLevel][])
    console[method] = (...args: unknown[]) => write(level, () => formatted(args));
  console.assert = (condition?: unknown, ...args: unknown[]) => {
    if (!condition) write("warn", () => `Assertion failed: ${formatted(args)}`);
  };
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...more: readonly unknown[]) =>
    write("warn", () => warningText(warning, more));
  const releases = [
    captureStream(process.stdout, (line) => write("debug", () => line.trimEnd())),
    captureStream(process.stderr, (line) => write("warn", () => line.trimEnd())),
  ];
  return () => {
    for (const release of releases) release();
    Object.assign(console, before);
    process.emitWarning = emitWarning;
  };
}

/** `DeprecationWarning: text`. @param more a type, or an object that has it, and more that nobody needs */
function warningText(warning: string | Error, [given]: readonly unknown[]): string {
  if (typeof warning !== "string") return `${warning.name}: ${warning.message}`;
  const type: unknown = typeof given === "object" && given !== null && "type" in given ? given.type : given;
  return `${typeof type === "string" ? type : "Warning"}: ${warning}`;
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
