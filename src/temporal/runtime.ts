import { DefaultLogger, MetricsBuffer, makeTelemetryFilterString, Runtime } from "@temporalio/worker";
import type { LogFields, Logger } from "../log/index.ts";

/** Warnings of the SDK about what the runner does on purpose. */
const EXPECTED = /^No workflows registered/;

/** What the SDK tells besides its message, under its own names: ids, and the state that a worker reached. */
const FIELDS = ["state", "taskQueue", "activityType", "workflowId", "runId", "activityId"] as const;

let installed = false;
let metrics: MetricsBuffer | undefined;

/** What the SDK measures, until it is taken. It drops what does not fit, and says so in the log. */
export type SdkMetricsBuffer = Pick<MetricsBuffer, "retrieveUpdates">;

export interface RuntimeOptions {
  /** Whether the SDK measures what it does. */
  readonly metrics?: boolean;
  /** The execution that a workflow runs, for the log. */
  readonly executionOf?: (workflowId: string) => string | undefined;
}

/**
 * Installs Temporal's runtime with our logger. Called before the first connection; later calls have no effect. The SDK
 * does not handle signals, because its handling does not drain.
 * @returns what it measures; `undefined` if it does not
 */
export function installTemporalRuntime(logger: Logger, options: RuntimeOptions = {}): SdkMetricsBuffer | undefined {
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
    // What it says about each task at level DEBUG, the runner says itself.
    logger: new DefaultLogger("INFO", ({ level, message, meta = {} }) => {
      const text = meta["error"] instanceof Error ? `${message}: ${meta["error"].message}` : message;
      const fields = fieldsOf(meta, options.executionOf);
      switch (level) {
        case "ERROR":
          return log.error(text, fields);
        case "WARN":
          return EXPECTED.test(text) ? log.debug(text, fields) : log.warn(text, fields);
        case "INFO":
          // The SDK's own state changes; the lifecycle logs what matters to operators.
          return log.debug(text, fields);
        default:
          return undefined;
      }
    }),
  });
  return metrics;
}

function fieldsOf(meta: Readonly<Record<string, unknown>>, executionOf: RuntimeOptions["executionOf"]): LogFields {
  const { workflowId } = meta;
  const executionId = typeof workflowId === "string" ? executionOf?.(workflowId) : undefined;
  const given = FIELDS.flatMap((name): [string, string][] => {
    const value = meta[name];
    return typeof value === "string" && value !== "" ? [[name, value]] : [];
  });
  return { executionId, ...Object.fromEntries(given) };
}
