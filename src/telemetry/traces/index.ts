/**
 * @module The traces of executions, sent by OpenTelemetry's protocol. It makes spans from what an observer sees, by the
 * conventions for generative AI. The runner loads it only if the standard variables (OTEL_…) ask for it. It never delays an
 * execution, and never lets one fail.
 */
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { TracesConfig } from "../../config/index.ts";
import type { ExecutionObserver } from "../../executions/index.ts";
import type { Logger } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { withTimeout } from "../../shared/time.ts";
import { followDiagnostics } from "./diagnostics.ts";
import { ExecutionTraces } from "./execution-traces.ts";
import { otlpExporter } from "./exporter.ts";
import { resourceOf } from "./resource.ts";
import { samplerOf } from "./sampler.ts";
import { SpanIds } from "./span-ids.ts";
import { WatchedExporter } from "./watched-exporter.ts";

/** How long the last spans may take to be sent at the end. */
const FLUSH_LIMIT_MS = 3_000;
/** Attributes of one span: more than any has. */
const MAX_ATTRIBUTES = 64;

/** The traces of one runner. */
export interface RunnerTraces {
  readonly observer: ExecutionObserver;
  /** For an execution whose workflow has no trace. */
  newTraceId(): string;
  /** Sends what is left, within a limit. */
  close(): Promise<void>;
}

export interface TracesOptions {
  readonly config: TracesConfig;
  readonly version: string;
  /** The endpoint as the log may show it. */
  readonly place: string;
  readonly log: Logger;
}

export async function openTraces({ config, version, place, log }: TracesOptions): Promise<RunnerTraces> {
  const exporter = await otlpExporter(config);
  const unfollow = followDiagnostics(log);
  const ids = new SpanIds();
  const processor = new BatchSpanProcessor({
    exporter: new WatchedExporter(exporter, { place, limitMs: config.exportTimeoutMs, log }),
    scheduledDelayMillis: config.scheduleDelayMs,
    // The exporter keeps the limit.
    exportTimeoutMillis: config.exportTimeoutMs + 1_000,
    maxQueueSize: config.maxQueueSize,
    maxExportBatchSize: config.maxBatchSize,
  });
  const provider = new TracerProvider({
    resource: resourceOf(config, version),
    sampler: samplerOf(config),
    idGenerator: ids,
    spanLimits: { attributeValueLengthLimit: config.maxValueLength, attributeCountLimit: MAX_ATTRIBUTES },
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer("agent-runner", version);
  const options = { hasContent: config.hasContent, maxLength: config.maxValueLength };
  return {
    observer: new ExecutionTraces({ tracer, ids, ...options }),
    newTraceId: () => ids.newTraceId(),
    close: async () => {
      const late = () => new Error(`the collector did not take them within ${FLUSH_LIMIT_MS / 1_000} s`);
      await withTimeout(provider.shutdown(), FLUSH_LIMIT_MS, late).catch((error: unknown) =>
        log.warn(`The last traces were not sent: ${messageOf(error)}`),
      );
      unfollow();
    },
  };
}
