import { DiagLogLevel, diag } from "@opentelemetry/api";
import { setGlobalErrorHandler } from "@opentelemetry/core";
import { type Logger, withoutLogFields } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { plainText } from "../../shared/plain-text.ts";

/** Kinds of warnings that are remembered, and for how long. */
const MAX_KINDS = 50;
const REMEMBERED_MS = 600_000;
const UNREADABLE = /could not deserialize response/;
const OVERFLOW = /^Dropped (\d+) spans because maxQueueSize reached/;

/**
 * Sends what OpenTelemetry's library says to our log: each kind of warning once in ten minutes, further ones at level
 * debug, since one may come with each span.
 * @returns ends it
 */
export function followDiagnostics(log: Logger): () => void {
  const loggedAt = new Map<string, number>();
  // The execution that a library works for at the moment is not what its warning is about.
  const warn = (...parts: readonly unknown[]) => withoutLogFields(() => warnOf(parts));
  const warnOf = (parts: readonly unknown[]) => {
    const text = plainText(parts.map(textOf).join(" "));
    const kind = UNREADABLE.test(text) ? UNREADABLE.source : text.replaceAll(/\d+/g, "");
    const now = performance.now();
    for (const [known, at] of loggedAt) if (now - at >= REMEMBERED_MS) loggedAt.delete(known);
    if (loggedAt.has(kind) || (loggedAt.size >= MAX_KINDS && !OVERFLOW.test(text))) return log.debug(text);
    loggedAt.set(kind, now);
    log.warn(explained(text));
  };
  const debug = (...parts: readonly unknown[]) => {
    if (log.isDebug) log.debug(plainText(parts.map(textOf).join(" ")));
  };
  const logger = { error: warn, warn, info: debug, debug: () => undefined, verbose: () => undefined };
  diag.setLogger(logger, { logLevel: DiagLogLevel.INFO, suppressOverrideMessage: true });
  setGlobalErrorHandler((error) => warn(error));
  return () => {
    diag.disable();
    setGlobalErrorHandler(() => undefined);
  };
}

function explained(text: string): string {
  const [, count] = OVERFLOW.exec(text) ?? [];
  if (count !== undefined)
    return `${count} spans were dropped: more have ended than the collector took. Raise OTEL_BSP_MAX_QUEUE_SIZE, or trace fewer executions (OTEL_TRACES_SAMPLER)`;
  if (UNREADABLE.test(text))
    return "What answers at the endpoint of traces is probably not a collector: its answers cannot be read, so the traces may be lost. Check OTEL_EXPORTER_OTLP_ENDPOINT";
  return `OpenTelemetry: ${text}`;
}

function textOf(part: unknown): string {
  if (typeof part === "string") return part;
  return part instanceof Error ? messageOf(part) : "";
}
