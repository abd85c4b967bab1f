import type { Context, Tracer } from "@opentelemetry/api";
import type { ExecutionEvent, ExecutionInfo, ExecutionObservation, ExecutionOutcome } from "../../executions/index.ts";
import { AgentSpans } from "./agent-spans.ts";
import * as attribute from "./attributes.ts";
import type { EventOf } from "./events.ts";
import { ExecutionSpans, nameOf, type OpenSpan } from "./execution-spans.ts";
import { McpSpans } from "./mcp-spans.ts";
import { usageAttributes } from "./model-spans.ts";
import { StageSpans } from "./stage-spans.ts";
import { WaitingEvents } from "./waiting-events.ts";

export interface ExecutionTraceOptions {
  readonly tracer: Tracer;
  /** What the execution is part of. */
  readonly parent: Context;
  readonly hasContent: boolean;
  /** Longest text in a span, in characters. */
  readonly maxLength: number;
}

/** Makes the spans of one execution from its events. */
export class ExecutionTrace implements ExecutionObservation {
  readonly #spans: ExecutionSpans;
  readonly #root: OpenSpan;
  readonly #stages: StageSpans;
  readonly #mcp: McpSpans;
  readonly #agentOptions: { readonly conversation: string; readonly hasContent: boolean };
  readonly #waiting = new WaitingEvents();
  #agent: AgentSpans | undefined;

  constructor(execution: ExecutionInfo, { tracer, parent, hasContent, maxLength }: ExecutionTraceOptions) {
    const { startedAt: at, threadId } = execution;
    this.#spans = new ExecutionSpans(tracer, maxLength);
    this.#root = this.#spans.begin("invoke_agent", parent, {
      at,
      attributes: attributesOf(execution),
      isEssential: true,
    });
    this.#stages = new StageSpans(this.#spans, this.#root.context, at);
    this.#mcp = new McpSpans(this.#spans);
    this.#agentOptions = { conversation: threadId, hasContent };
  }

  /** Whether anybody will see it: most executions may not be sampled. */
  get isRecording(): boolean {
    return this.#root.span.isRecording();
  }

  event(event: ExecutionEvent): void {
    // Calls are told at once, what the agent does comes through a stream: a tool's call may be told before the tool.
    const tool = this.#waiting.toolOf(event);
    if (tool !== undefined && this.#toolSpan(tool) === undefined && this.#waiting.add(tool, event)) return;
    this.#handle(event);
  }

  end(outcome: ExecutionOutcome): void {
    const at = new Date();
    this.#endAgent(at);
    this.#stages.end(at);
    const { span } = this.#root;
    span.setAttribute(attribute.OUTCOME, outcome.phase);
    if (this.#spans.dropped > 0) span.setAttribute(attribute.DROPPED_SPANS, this.#spans.dropped);
    if (outcome.phase === "failed")
      this.#spans.end(this.#root, at, { type: "execution_failed", message: outcome.reason });
    else this.#spans.end(this.#root, at, outcome.phase === "cancelled" ? { type: "cancelled" } : undefined);
  }

  #handle(event: ExecutionEvent): void {
    switch (event.type) {
      case "stage":
        if (event.stage === "ending") this.#endAgent(event.at);
        this.#stages.enter(event.stage, event.at);
        if (event.stage === "model")
          this.#agent = new AgentSpans(this.#spans, this.#stages.current, this.#agentOptions);
        return;
      case "resolved":
        this.#resolved(event);
        return;
      case "sandbox-acquired":
        this.#stages.sandboxAcquired(event.sandboxId, event.at);
        return;
      case "status-sent":
        this.#delivered(event);
        return;
      case "mcp-call-started":
        this.#mcp.started(event, this.#toolSpan(event.callId) ?? this.#stages.current);
        return;
      case "mcp-call-ended":
        this.#mcp.ended(event);
        return;
      case "model-call-started":
        this.#agentOf(event)?.models.started(event);
        return;
      case "model-call-answering":
        this.#agentOf(event)?.models.answering(event);
        return;
      case "model-call-ended":
        this.#agentOf(event)?.models.ended(event);
        return;
      case "turn":
        this.#agentOf(event)?.turn(event);
        return;
      case "tool-started":
        this.#toolStarted(event);
        return;
      case "tool-ended":
        this.#agentOf(event)?.toolEnded(event);
        return;
      default:
    }
  }

  #resolved({ agentName, model }: EventOf<"resolved">): void {
    const { span } = this.#root;
    span.updateName(nameOf("invoke_agent", agentName));
    span.setAttributes({
      [attribute.AGENT_NAME]: agentName,
      [attribute.PROVIDER]: model.provider,
      [attribute.REQUEST_MODEL]: model.model,
    });
  }

  #delivered({ sink, at, outcome, isRetry, isTerminal, bytes, durationMs }: EventOf<"status-sent">): void {
    const open = this.#spans.begin("deliver status", this.#root.context, {
      at: new Date(at.getTime() - durationMs),
      isCall: true,
      attributes: {
        [attribute.SINK]: sink,
        [attribute.DELIVERY_OUTCOME]: outcome,
        [attribute.DELIVERY_BYTES]: bytes,
        [attribute.IS_RETRY]: isRetry,
        [attribute.IS_TERMINAL]: isTerminal,
      },
    });
    this.#spans.end(open, at, outcome === "delivered" ? undefined : { type: outcome });
  }

  #toolStarted(event: EventOf<"tool-started">): void {
    const early = this.#waiting.take(event.callId);
    const [{ at } = event] = early;
    this.#agentOf(event)?.toolStarted({ ...event, at });
    for (const waited of early) this.event(waited);
  }

  /** The agent that does something: a sub-agent whose task is unknown counts as the main agent. */
  #agentOf({ actor }: Pick<EventOf<"turn">, "actor">): AgentSpans | undefined {
    return (actor.kind === "main" ? undefined : this.#agent?.subAgent(actor.callId)) ?? this.#agent;
  }

  #toolSpan(callId: string): OpenSpan | undefined {
    return this.#agent?.toolSpan(callId);
  }

  #endAgent(at: Date): void {
    if (this.#agent === undefined) return;
    for (const event of this.#waiting.takeAll()) this.#handle(event);
    this.#mcp.close(at);
    this.#agent.close(at);
    this.#root.span.setAttributes(usageAttributes(this.#agent.usage));
    this.#agent = undefined;
  }
}

function attributesOf({ id, sessionId, threadId, workflowId, runId, activityId }: ExecutionInfo) {
  return {
    [attribute.OPERATION]: "invoke_agent",
    [attribute.CONVERSATION_ID]: threadId,
    [attribute.EXECUTION_ID]: id,
    ...(sessionId === undefined ? {} : { [attribute.SESSION_ID]: sessionId }),
    [attribute.WORKFLOW_ID]: workflowId,
    [attribute.RUN_ID]: runId,
    [attribute.ACTIVITY_ID]: activityId,
  };
}
