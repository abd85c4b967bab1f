import { readinessOf } from "../admin/index.ts";
import type { Lifecycle } from "../cli/index.ts";
import type { Config } from "../config/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { stackOf } from "../shared/errors.ts";
import type { SecretMasks } from "../shared/secret-masks.ts";
import type { RunnerMetrics } from "../telemetry/metrics/index.ts";
import type { installTemporalRuntime } from "../temporal/index.ts";
import { commit, version } from "../version.ts";
import type { EventLoopMonitor } from "./event-loop-monitor.ts";
import type { Readiness } from "./readiness.ts";

interface MetricsOptions {
  readonly config: Config;
  readonly masks: SecretMasks;
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
  readonly readiness: Readiness;
  readonly eventLoop: EventLoopMonitor;
  readonly log: Logger;
}

/** @returns `undefined` if metrics are off: then nothing of them is loaded */
export async function openRunnerMetrics(options: MetricsOptions): Promise<RunnerMetrics | undefined> {
  const { config, masks, lifecycle, executions, readiness, eventLoop, log } = options;
  if (!config.metrics.isOn) return undefined;
  const { openMetrics } = await import("../telemetry/metrics/index.ts");
  const onError = (error: unknown) =>
    log.error(`A metric failed, and is incomplete; further failures are not logged: ${stackOf(error)}`);
  const metrics = openMetrics(
    {
      build: { version, commit, bun: Bun.version, mode: config.mode },
      slots: config.temporal.maxConcurrency,
      executions: () => executions.list(),
      lifecycle: () => lifecycle,
      isReady: () => readinessOf({ lifecycle, checks: () => readiness.checks }).isReady,
      checks: () => readiness.checks,
      eventLoopDelay: () => eventLoop.delay,
    },
    onError,
  );
  masks.own.measureWith(metrics.measures.masked);
  return metrics;
}

/** Shows what Temporal's SDK measures, beside the runner's own metrics. */
export function followTemporal(
  metrics: RunnerMetrics | undefined,
  sdk: ReturnType<typeof installTemporalRuntime>,
  log: Logger,
): void {
  if (metrics === undefined || sdk === undefined) return;
  const onError = (message: string) => log.warn(`The metrics of Temporal's SDK cannot be read: ${message}`);
  metrics.followSdk(() => sdk.retrieveUpdates(), onError);
}
