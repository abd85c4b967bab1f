import type { ExecutionEvent } from "../../executions/index.ts";
import { TOOL_CALL_SECONDS } from "./buckets.ts";
import { Counter, Histogram, type Registry } from "./prometheus.ts";
import { secondsBetween } from "./seconds-between.ts";
import { type ToolKind, toolKind } from "./tool-kind.ts";

/** The calls of one execution. */
export interface ToolCalls {
  event(event: ExecutionEvent): void;
  /** Counts the calls that have no result: they were stopped with their execution. */
  end(): void;
}

type ToolOutcome = "succeeded" | "failed" | "refused" | "stopped";

/** Counts calls of tools by kind, those of sub-agents included. */
export class ToolMetrics {
  readonly #calls: Counter<"kind" | "outcome">;
  readonly #duration: Histogram<"kind">;

  constructor(registry: Registry) {
    this.#calls = new Counter({
      registers: [registry],
      name: "agent_runner_tool_calls_total",
      help: "Calls of tools that models asked for. Refused ones were not run: the tool is unknown, or the arguments invalid.",
      labelNames: ["kind", "outcome"],
    });
    this.#duration = new Histogram({
      registers: [registry],
      name: "agent_runner_tool_call_duration_seconds",
      help: "Duration of calls of tools that were run.",
      labelNames: ["kind"],
      buckets: TOOL_CALL_SECONDS,
    });
  }

  ofExecution(): ToolCalls {
    /** By id. Absent times: those that have not started. */
    const open = new Map<string, { readonly kind: ToolKind; startedAt?: Date }>();
    const count = (kind: ToolKind, outcome: ToolOutcome) => this.#calls.inc({ kind, outcome });
    return {
      event: (event) => {
        switch (event.type) {
          case "turn":
            for (const { id, name } of event.calls) open.set(id, { kind: toolKind(name) });
            return;
          case "tool-started": {
            const call = open.get(event.callId);
            if (call !== undefined) call.startedAt = event.at;
            return;
          }
          case "tool-ended": {
            const call = open.get(event.callId);
            if (call === undefined || !open.delete(event.callId)) return;
            const { kind, startedAt } = call;
            if (startedAt === undefined) return count(kind, "refused");
            this.#duration.observe({ kind }, secondsBetween(startedAt, event.at));
            return count(kind, event.failure === undefined ? "succeeded" : "failed");
          }
          default:
        }
      },
      end: () => {
        for (const { kind, startedAt } of open.values()) if (startedAt !== undefined) count(kind, "stopped");
        open.clear();
      },
    };
  }
}
