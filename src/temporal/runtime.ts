import { DefaultLogger, MetricsBuffer, makeTelemetryFilterString, Runtime } from "@temporalio/worker";
import type { Logger } from "../log/index.ts";

/** Warnings of the SDK about what the runner does on purpose. */
const EXPECTED = /^No workflows registered/;

let installed = false;
let metrics: MetricsBuffer | undefined;

/** What the SDK measures, until it is taken. It drops what does not fit, and says so in the log. */
export type SdkMetricsBuffer = Pick<MetricsBuffer, "retrieveUpdates">;

/**
 * Installs Temporal's runtime with our logger. Called before the first connection; later calls have no effect. The SDK
 * does not handle signals, because its handling does not drain.
 * @param options `metrics`: whether the SDK measures what it does
 * @returns what it measures; `undefined` if it does not
 */
export function installTemporalRuntime(
  logger: Logger,
  options: { readonly metrics?: boolean } = {},
): SdkMetricsBuffer | undefined {
  if (installed) return options.metrics === true ? metrics : undefined;
  installed = true;
  if (options.metrics === true) metrics = new MetricsBuffer({ useSecondsForDurations: true });
  const log = logger.child("temporal");
  Runtime.install({
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: "WARN", other: "ERROR" }), forward: {} },
      ...(metrics === undefined ? {} : { metrics: { buffer: metrics } }),
    },
    logger: new DefaultLogger("INFO", ({ level, message, meta }) => {
      const text = meta?.["error"] instanceof Error ? `${message}: ${meta["error"].message}` : message;
      switch (level) {
        case "ERROR":
          return log.error(text);
        case "WARN":
          return EXPECTED.test(text) ? log.debug(text) : log.warn(text);
        case "INFO":
          // The SDK's own state changes; the lifecycle logs what matters to operators.
          return log.debug(text);
        default:
          return undefined;
      }
    }),
  });
  return metrics;
}
