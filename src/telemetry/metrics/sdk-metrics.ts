import { messageOf } from "../../shared/errors.ts";
import { BoundedLabel } from "./bounded-label.ts";
import { REQUEST_SECONDS } from "./buckets.ts";
import { Counter, Gauge, Histogram, type Registry } from "./prometheus.ts";

/** One update of a metric of Temporal's SDK. */
export interface SdkUpdate {
  readonly metric: {
    readonly name: string;
    readonly kind: "counter" | "histogram" | "gauge" | "up-down-counter";
    readonly unit?: string | undefined;
    readonly description?: string | undefined;
  };
  readonly value: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Takes the updates since the last call. */
export type SdkUpdates = () => Iterable<SdkUpdate>;

/** Labels that are kept: their values are few. Among the others are the types of workflows, which users name. */
const LABELS = [
  "namespace",
  "task_queue",
  "worker_type",
  "poller_type",
  "activity_type",
  "operation",
  "status_code",
  "failure_reason",
] as const;
type SdkLabel = (typeof LABELS)[number];
/** Values of a label with series of their own. */
const MAX_VALUES = 50;
const MAX_METRICS = 200;
/** The SDK keeps this many updates at most; a busy runner makes some hundred in this time. */
const TAKE_EVERY_MS = 10_000;
/** Words of an SDK that does not say the unit. */
const SECONDS = /^(s|seconds?)$/;

type Apply = (labels: Partial<Record<SdkLabel, string>>, value: number) => void;

/** Shows the metrics of Temporal's SDK beside our own. The SDK hands them over in the process: no port is opened. */
export class SdkMetrics {
  readonly #registry: Registry;
  readonly #updates: SdkUpdates;
  readonly #onError: (message: string) => void;
  readonly #metrics = new Map<string, Apply>();
  readonly #values = new Map<SdkLabel, BoundedLabel>(LABELS.map((label) => [label, new BoundedLabel(MAX_VALUES)]));
  readonly #timer: NodeJS.Timeout;
  #hasFailed = false;

  /** @param onError called once, if the SDK's metrics cannot be read */
  constructor(registry: Registry, updates: SdkUpdates, onError: (message: string) => void) {
    this.#registry = registry;
    this.#updates = updates;
    this.#onError = onError;
    this.#timer = setInterval(() => this.take(), TAKE_EVERY_MS);
    this.#timer.unref();
  }

  /** Takes what is new. What fails here must not hide the runner's own metrics. */
  take(): void {
    this.#attempt(() => {
      for (const update of this.#updates()) this.#attempt(() => this.#apply(update));
    });
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (this.#hasFailed) return;
      this.#hasFailed = true;
      this.#onError(messageOf(error));
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #apply({ metric, value, attributes }: SdkUpdate): void {
    let apply = this.#metrics.get(metric.name);
    if (apply === undefined) {
      if (this.#metrics.size >= MAX_METRICS) return;
      apply = created(this.#registry, metric);
      this.#metrics.set(metric.name, apply);
    }
    const labels: Partial<Record<SdkLabel, string>> = {};
    for (const [label, values] of this.#values) {
      const found = attributes[label];
      if (found !== undefined) labels[label] = values.of(String(found));
    }
    apply(labels, value);
  }
}

/** @returns the function that adds an update */
function created(registry: Registry, { name, kind, unit, description }: SdkUpdate["metric"]): Apply {
  const isSeconds = SECONDS.test(unit ?? "");
  const help = description || `${name} of Temporal's SDK.`;
  const common = { help, labelNames: LABELS, registers: [registry] };
  switch (kind) {
    case "counter": {
      const counter = new Counter({ ...common, name: withSuffix(name, "_total") });
      return (labels, value) => counter.inc(labels, value);
    }
    case "histogram": {
      const buckets = [...REQUEST_SECONDS, 30, 60, 300, 1_800];
      const histogram = new Histogram({ ...common, name: isSeconds ? withSuffix(name, "_seconds") : name, buckets });
      return (labels, value) => histogram.observe(labels, value);
    }
    case "gauge":
    case "up-down-counter": {
      const gauge = new Gauge({ ...common, name });
      return kind === "gauge"
        ? (labels, value) => gauge.set(labels, value)
        : (labels, value) => gauge.inc(labels, value);
    }
  }
}

function withSuffix(name: string, suffix: string): string {
  return name.endsWith(suffix) ? name : `${name}${suffix}`;
}
