/**
 * @module The metrics of a runner, as Prometheus reads them. It counts what executions do through an observer, what parts
 * of the runner report, and what Temporal's SDK reports; the rest is asked for when metrics are read. The runner loads it
 * only if METRICS is on. It never serves anything itself, and no metric carries an id or a text of a user.
 */

import type { ExecutionObserver } from "../../executions/index.ts";
import type { Measures } from "../../shared/measures.ts";
import { DeferringRegistry } from "./deferring-registry.ts";
import { ExecutionMetrics } from "./execution-metrics.ts";
import { processMetrics } from "./process-metrics.ts";
import { SdkMetrics, type SdkUpdates } from "./sdk-metrics.ts";
import { type RunnerState, stateMetrics } from "./state-metrics.ts";
import { workMetrics } from "./work-metrics.ts";

/** The metrics of one runner. */
export interface RunnerMetrics {
  readonly observer: ExecutionObserver;
  readonly measures: Measures;
  /** Shows the metrics of Temporal's SDK too. @param onError called once, if they cannot be read */
  followSdk(updates: SdkUpdates, onError: (message: string) => void): void;
  /** The page for Prometheus, with its content type. */
  page(): Promise<{ readonly contentType: string; readonly text: string }>;
  close(): void;
}

/** @param onError called once, if some of them are incomplete because of a defect */
export function openMetrics(runner: RunnerState, onError: (error: unknown) => void): RunnerMetrics {
  const registry = new DeferringRegistry(onError);
  stateMetrics(registry, runner);
  const observer = new ExecutionMetrics(registry);
  const measures = workMetrics(registry);
  processMetrics(registry);
  let sdk: SdkMetrics | undefined;
  return {
    observer,
    measures,
    followSdk: (updates, onError) => {
      sdk = new SdkMetrics(registry, updates, onError);
    },
    page: async () => {
      sdk?.take();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
    close: () => sdk?.close(),
  };
}
