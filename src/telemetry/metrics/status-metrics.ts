import type { ExecutionEvent } from "../../executions/index.ts";
import { REQUEST_SECONDS } from "./buckets.ts";
import { countable } from "./countable.ts";
import { Counter, Histogram, type Registry } from "./prometheus.ts";

/** The value of the label by the name of the sink. */
const SINKS: ReadonlyMap<string, string> = new Map([
  ["the Stigmer API", "stigmer"],
  ["Redis", "redis"],
]);

/** Counts what happens to updates of statuses. */
export class StatusMetrics {
  readonly #sent: Counter<"sink" | "outcome">;
  readonly #retries: Counter<"sink">;
  readonly #coalesced: Counter<"sink">;
  readonly #bytes: Counter<"sink">;
  readonly #duration: Histogram<"sink">;
  /** Those that were sent an update. */
  readonly #sinks = new Set<string>();

  constructor(registry: Registry) {
    const common = { labelNames: ["sink"] as const };
    this.#sent = new Counter({
      registers: [registry],
      name: "agent_runner_status_updates_total",
      help: "Attempts to send an update of a status: delivered, failed (it is retried, or replaced) or refused for good.",
      labelNames: ["sink", "outcome"],
    });
    this.#retries = new Counter({
      registers: [registry],
      ...common,
      name: "agent_runner_status_update_retries_total",
      help: "Those of the attempts that repeat one that has failed.",
    });
    this.#coalesced = new Counter({
      registers: [registry],
      ...common,
      name: "agent_runner_status_updates_coalesced_total",
      help: "Updates that a newer one replaced before they were sent.",
    });
    this.#bytes = new Counter({
      registers: [registry],
      ...common,
      name: "agent_runner_status_update_bytes_total",
      help: "Size of the statuses that were delivered. Redis gets only what has changed, which is less.",
    });
    this.#duration = new Histogram({
      registers: [registry],
      ...common,
      name: "agent_runner_status_update_duration_seconds",
      help: "Duration of attempts to send an update, whatever their outcome.",
      buckets: REQUEST_SECONDS,
    });
  }

  event(event: ExecutionEvent): void {
    if (event.type === "status-coalesced") this.#coalesced.inc({ sink: labelOf(event.sink) });
    if (event.type !== "status-sent") return;
    const sink = labelOf(event.sink);
    this.#begin(sink);
    this.#sent.inc({ sink, outcome: event.outcome });
    if (event.isRetry) this.#retries.inc({ sink });
    if (event.outcome === "delivered") this.#bytes.inc({ sink }, countable(event.bytes));
    this.#duration.observe({ sink }, event.durationMs / 1_000);
  }

  /** A rate needs a first value: the first retry would be missed otherwise. */
  #begin(sink: string): void {
    if (this.#sinks.has(sink)) return;
    this.#sinks.add(sink);
    this.#retries.inc({ sink }, 0);
    this.#coalesced.inc({ sink }, 0);
  }
}

function labelOf(sink: string): string {
  return SINKS.get(sink) ?? "other";
}
