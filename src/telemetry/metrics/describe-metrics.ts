import { DeferringRegistry } from "./deferring-registry.ts";
import { ExecutionMetrics } from "./execution-metrics.ts";
import { stateMetrics } from "./state-metrics.ts";
import { workMetrics } from "./work-metrics.ts";

/** What a metric is, for its documentation. */
export interface MetricDescription {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly help: string;
}

/** The runner's own metrics in the order of the page; not those of the process and of Temporal's SDK. */
export function describeMetrics(): readonly MetricDescription[] {
  const registry = new DeferringRegistry(() => undefined);
  stateMetrics(registry, {
    build: { version: "", commit: "", bun: "", mode: "" },
    slots: 0,
    executions: () => [],
    lifecycle: () => ({ state: "", deadline: undefined }),
    isReady: () => false,
    checks: () => [],
    eventLoopDelay: () => ({ p50Ms: 0, p99Ms: 0, maxMs: 0 }),
  });
  new ExecutionMetrics(registry);
  workMetrics(registry);
  return registry.getMetricsAsArray().map(({ name, help, type, ...more }) => ({
    name,
    type: String(type),
    labels: "labelNames" in more ? (more.labelNames as string[]) : [],
    help,
  }));
}
