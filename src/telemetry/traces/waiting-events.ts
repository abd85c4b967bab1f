import type { ExecutionEvent } from "../../executions/index.ts";

/** Events that wait at once. Further ones are taken as they come. */
const MAX_WAITING = 200;

/** What sub-agents do that has a span, or is part of one. */
const OF_AGENTS: ReadonlySet<ExecutionEvent["type"]> = new Set([
  "model-call-started",
  "model-call-answering",
  "model-call-ended",
  "turn",
  "tool-started",
  "tool-ended",
]);

/** Events that belong to a tool's call which has not been told yet. */
export class WaitingEvents {
  readonly #events = new Map<string, ExecutionEvent[]>();
  /** The tools' calls that calls of MCP servers belong to. */
  readonly #toolOfMcpCall = new Map<string, string>();
  #count = 0;

  /** The call of a tool that an event belongs to: that of the task for what a sub-agent does. */
  toolOf(event: ExecutionEvent): string | undefined {
    if (event.type === "mcp-call-started") return event.callId;
    if (event.type === "mcp-call-ended") return this.#toolOfMcpCall.get(event.mcpCallId);
    if (!OF_AGENTS.has(event.type) || !("actor" in event) || event.actor.kind === "main" || event.actor.callId === "")
      return undefined;
    return event.actor.callId;
  }

  /** @returns `false` if too many wait */
  add(tool: string, event: ExecutionEvent): boolean {
    if (this.#count >= MAX_WAITING) return false;
    if (event.type === "mcp-call-started") this.#toolOfMcpCall.set(event.mcpCallId, tool);
    const events = this.#events.get(tool) ?? [];
    this.#events.set(tool, [...events, event]);
    this.#count++;
    return true;
  }

  /** Those of a call, in order. */
  take(tool: string): readonly ExecutionEvent[] {
    const events = this.#events.get(tool) ?? [];
    this.#events.delete(tool);
    this.#count -= events.length;
    for (const event of events) if (event.type === "mcp-call-started") this.#toolOfMcpCall.delete(event.mcpCallId);
    return events;
  }

  /** All that are left, in order. */
  takeAll(): readonly ExecutionEvent[] {
    return [...this.#events.keys()].flatMap((tool) => this.take(tool));
  }
}
