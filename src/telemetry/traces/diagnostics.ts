import { DiagLogLevel, diag } from "@opentelemetry/api";
import { setGlobalErrorHandler } from "@opentelemetry/core";
import type { Logger } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { plainText } from "../../shared/plain-text.ts";

/** Kinds of warnings that are remembered. */
const MAX_KINDS = 50;
const OVERFLOW = /^Dropped (\d+) spans because maxQueueSize reached/;

/**
 * Sends what OpenTelemetry's library says to our log: each kind of warning once, further ones at level debug, since one of
 * them may come with each span.
 * @returns ends it
 */
export function followDiagnostics(log: Logger): () => void {
  const seen = new Set<string>();
  const warn = (...parts: readonly unknown[]) => {
    const text = plainText(parts.map(textOf).join(" "));
    const kind = text.replaceAll(/\d+/g, "");
    if (seen.has(kind) || seen.size >= MAX_KINDS) return log.debug(text);
    seen.add(kind);
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
    return `${count} spans were dropped, since they end faster than they are sent: raise OTEL_BSP_MAX_QUEUE_SIZE, or trace fewer executions (OTEL_TRACES_SAMPLER)`;
  return `OpenTelemetry: ${text}`;
}

function textOf(part: unknown): string {
  if (typeof part === "string") return part;
  return part instanceof Error ? messageOf(part) : "";
}
