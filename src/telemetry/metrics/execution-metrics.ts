import type {
  ExecutionEvent,
  ExecutionInfo,
  ExecutionObservation,
  ExecutionObserver,
  ExecutionOutcome,
  ExecutionStage,
} from "../../executions/index.ts";
import { EXECUTION_SECONDS, FIRST_TOKEN_SECONDS, WAIT_SECONDS } from "./buckets.ts";
import type { DeferringRegistry } from "./deferring-registry.ts";
import { McpMetrics } from "./mcp-metrics.ts";
import { ModelMetrics } from "./model-metrics.ts";
import { Counter, Histogram } from "./prometheus.ts";
import { SandboxMetrics } from "./sandbox-metrics.ts";
import { secondsBetween } from "./seconds-between.ts";
import { slimEvent } from "./slim-event.ts";
import { StatusMetrics } from "./status-metrics.ts";
import { ToolMetrics } from "./tool-metrics.ts";

/** The stages in which an execution waits, by the value of the label. */
const WAITS: Partial<Record<ExecutionStage, string>> = {
  "waiting-for-admission": "admission",
  "waiting-for-thread": "thread",
  "waiting-for-slot": "slot",
  "waiting-for-sandbox": "sandbox",
};

/** Follows the events of one execution. */
interface Follower {
  event(event: ExecutionEvent): void;
  end?(): void;
}

/** Counts what executions do, from their events. */
export class ExecutionMetrics implements ExecutionObserver {
  readonly name = "metrics";
  readonly #registry: DeferringRegistry;
  readonly #now: () => Date;
  readonly #started: Counter;
  readonly #ended: Counter<"outcome">;
  readonly #duration: Histogram<"outcome">;
  readonly #wait: Histogram<"for">;
  readonly #queue: Histogram;
  readonly #firstToken: Histogram;
  readonly #heartbeats: Counter;
  readonly #status: StatusMetrics;
  readonly #perExecution: readonly { ofExecution(): Follower }[];

  constructor(registry: DeferringRegistry, now: () => Date = () => new Date()) {
    this.#registry = registry;
    this.#now = now;
    this.#started = new Counter({
      registers: [registry],
      name: "agent_runner_executions_started_total",
      help: "Executions that this runner has taken.",
    });
    this.#ended = new Counter({
      registers: [registry],
      name: "agent_runner_executions_ended_total",
      help: "Executions that have ended here, by outcome.",
      labelNames: ["outcome"],
    });
    // A rate needs a first value: an alert would miss the first failure otherwise.
    for (const outcome of ["completed", "failed", "cancelled"] as const) this.#ended.inc({ outcome }, 0);
    this.#duration = new Histogram({
      registers: [registry],
      name: "agent_runner_execution_duration_seconds",
      help: "Time from when an execution was taken until its last status was delivered.",
      labelNames: ["outcome"],
      buckets: EXECUTION_SECONDS,
    });
    this.#wait = new Histogram({
      registers: [registry],
      name: "agent_runner_execution_wait_seconds",
      help: "Time that an execution waited: until the runner admits one, for the lock of its thread, a slot, its sandbox.",
      labelNames: ["for"],
      buckets: WAIT_SECONDS,
    });
    this.#queue = new Histogram({
      registers: [registry],
      name: "agent_runner_execution_queue_seconds",
      help: "Time from when an execution was taken until it started: the wait for admission, thread and slot together.",
      buckets: WAIT_SECONDS,
    });
    this.#firstToken = new Histogram({
      registers: [registry],
      name: "agent_runner_execution_first_token_seconds",
      help: "Time from when an execution was taken until the first word of its model.",
      buckets: FIRST_TOKEN_SECONDS,
    });
    this.#heartbeats = new Counter({
      registers: [registry],
      name: "agent_runner_heartbeats_total",
      help: "Heartbeats that executions sent to Temporal.",
    });
    this.#status = new StatusMetrics(registry);
    const parts = [ModelMetrics, ToolMetrics, McpMetrics, SandboxMetrics];
    this.#perExecution = parts.map((Part) => new Part(registry));
  }

  begin(execution: ExecutionInfo): ExecutionObservation {
    const registry = this.#registry;
    registry.defer(() => this.#started.inc());
    const progress = new Progress(execution.startedAt);
    const followers = this.#perExecution.map((part) => part.ofExecution());
    let hasText = false;
    return {
      event: (event) => {
        // Pieces of answers are the most frequent events, and only the first one matters.
        if (event.type === "text" && hasText) return;
        hasText ||= event.type === "text";
        const slim = slimEvent(event);
        if (slim === undefined) return;
        registry.defer(() => {
          for (const follower of followers) follower.event(slim);
          this.#event(progress, slim);
        });
      },
      end: (outcome) => {
        const at = this.#now();
        registry.defer(() => {
          for (const follower of followers) follower.end?.();
          this.#end(progress, outcome, at);
        });
        // The execution's events are not kept longer; what is told later waits for the next batch.
        registry.settle();
      },
    };
  }

  #event(progress: Progress, event: ExecutionEvent): void {
    switch (event.type) {
      case "stage":
        this.#stage(progress, event.stage, event.at);
        return;
      case "sandbox-acquired":
        this.#waitEnds(progress, event.at);
        return;
      case "heartbeat":
        this.#heartbeats.inc();
        return;
      case "status-sent":
      case "status-coalesced":
        this.#status.event(event);
        return;
      case "text":
      case "turn":
        if (progress.hasAnswered) return;
        progress.hasAnswered = true;
        this.#firstToken.observe(secondsBetween(progress.takenAt, event.at));
        return;
      default:
    }
  }

  #stage(progress: Progress, stage: ExecutionStage, at: Date): void {
    this.#waitEnds(progress, at);
    if (stage === "resolving" && !progress.hasStarted) {
      progress.hasStarted = true;
      this.#queue.observe(secondsBetween(progress.takenAt, at));
    }
    progress.waitsFor = WAITS[stage];
    progress.since = at;
  }

  #waitEnds(progress: Progress, at: Date): void {
    if (progress.waitsFor === undefined) return;
    this.#wait.observe({ for: progress.waitsFor }, secondsBetween(progress.since, at));
    progress.waitsFor = undefined;
  }

  #end(progress: Progress, { phase }: ExecutionOutcome, at: Date): void {
    this.#ended.inc({ outcome: phase });
    this.#duration.observe({ outcome: phase }, secondsBetween(progress.takenAt, at));
  }
}

/** How far one execution is. */
class Progress {
  readonly takenAt: Date;
  /** Every execution begins so. */
  waitsFor: string | undefined = WAITS["waiting-for-admission"];
  since: Date;
  hasStarted = false;
  hasAnswered = false;

  constructor(takenAt: Date) {
    this.takenAt = takenAt;
    this.since = takenAt;
  }
}
