import type { ExecutionEvent } from "../../executions/index.ts";
import { TOOL_CALL_SECONDS } from "./buckets.ts";
import { Counter, Histogram, type Registry } from "./prometheus.ts";
import { secondsBetween } from "./seconds-between.ts";

/** The calls of one execution. */
export interface McpCalls {
  event(event: ExecutionEvent): void;
}

interface OpenCall {
  readonly transport: string;
  readonly startedAt: Date;
}

/** Counts calls of MCP servers. Names of servers and tools are users' and do not become labels. */
export class McpMetrics {
  readonly #calls: Counter<"transport" | "outcome">;
  readonly #duration: Histogram<"transport">;

  constructor(registry: Registry) {
    this.#calls = new Counter({
      registers: [registry],
      name: "agent_runner_mcp_calls_total",
      help: "Calls of tools of MCP servers: succeeded, tool-error (the server reported a failure), cancelled, or lost.",
      labelNames: ["transport", "outcome"],
    });
    this.#duration = new Histogram({
      registers: [registry],
      name: "agent_runner_mcp_call_duration_seconds",
      help: "Duration of calls of tools of MCP servers, whatever their outcome.",
      labelNames: ["transport"],
      buckets: TOOL_CALL_SECONDS,
    });
  }

  ofExecution(): McpCalls {
    const open = new Map<string, OpenCall>();
    return {
      event: (event) => {
        if (event.type === "mcp-call-started") {
          open.set(event.mcpCallId, { transport: event.transport, startedAt: event.at });
        } else if (event.type === "mcp-call-ended") {
          const call = open.get(event.mcpCallId);
          if (call === undefined || !open.delete(event.mcpCallId)) return;
          const { transport, startedAt } = call;
          this.#calls.inc({ transport, outcome: event.failure ?? "succeeded" });
          this.#duration.observe({ transport }, secondsBetween(startedAt, event.at));
        }
      },
    };
  }
}
