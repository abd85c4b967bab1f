import { headOfJson } from "../../shared/head-of-json.ts";
import { TASK_TOOL } from "../../shared/sub-agents.ts";
import { NO_USAGE, sumOf, type TotalUsage } from "../../shared/token-usage.ts";
import * as attribute from "./attributes.ts";
import type { EventOf, Turn } from "./events.ts";
import { type ExecutionSpans, nameOf, type OpenSpan } from "./execution-spans.ts";
import { ModelSpans, usageAttributes } from "./model-spans.ts";

export interface AgentSpanOptions {
  readonly conversation: string;
  readonly hasContent: boolean;
}

interface Tool {
  readonly open: OpenSpan;
  /** The agent that it runs. */
  subAgent?: AgentSpans;
}

/** A call that the model asked for. */
interface AskedCall {
  readonly name: string;
  readonly args: string | undefined;
  /** The sub-agent that it wants. */
  readonly subAgent: string;
}

/** The spans of what one agent does: its calls of models and tools, and what these do in turn. */
export class AgentSpans {
  readonly models: ModelSpans;
  readonly #spans: ExecutionSpans;
  readonly #agent: OpenSpan;
  readonly #options: AgentSpanOptions;
  readonly #asked = new Map<string, AskedCall>();
  readonly #tools = new Map<string, Tool>();
  #usageOfOthers = NO_USAGE;

  /** @param agent the span that its work is part of */
  constructor(spans: ExecutionSpans, agent: OpenSpan, options: AgentSpanOptions) {
    this.#spans = spans;
    this.#agent = agent;
    this.#options = options;
    this.models = new ModelSpans(spans, agent, options);
  }

  /** What the agent and its sub-agents used. */
  get usage(): TotalUsage {
    const running = [...this.#tools.values()].map(({ subAgent }) => subAgent?.usage ?? NO_USAGE);
    return sumOf([this.models.usage, this.#usageOfOthers, ...running]);
  }

  turn(turn: Turn): void {
    this.models.turn(turn);
    for (const { id, name, args } of turn.calls) {
      const { subagent_type: subAgent } = args;
      const call: AskedCall = {
        name,
        args: this.#options.hasContent ? headOfJson(args, this.#spans.maxLength) : undefined,
        subAgent: name === TASK_TOOL && typeof subAgent === "string" ? subAgent : "",
      };
      this.#asked.set(id, call);
      // A tool may run before its turn is told.
      const started = this.#tools.get(id);
      if (started !== undefined) describe(started.open, call);
    }
  }

  toolStarted({ callId, at }: EventOf<"tool-started">): void {
    if (this.#tools.has(callId)) return;
    const open = this.#spans.begin("execute_tool", this.#agent.context, {
      at,
      attributes: {
        [attribute.OPERATION]: "execute_tool",
        [attribute.TOOL_TYPE]: "function",
        [attribute.TOOL_CALL_ID]: callId,
      },
    });
    describe(open, this.#asked.get(callId));
    this.#tools.set(callId, { open });
  }

  toolEnded({ callId, at, result, failure }: EventOf<"tool-ended">): void {
    const isRefused = !this.#tools.has(callId);
    if (isRefused) this.toolStarted({ type: "tool-started", callId, at, actor: { kind: "main" } });
    const { open, subAgent } = this.#tools.get(callId) ?? {};
    this.#asked.delete(callId);
    this.#tools.delete(callId);
    if (open === undefined) return;
    if (subAgent !== undefined) this.#endSubAgent(subAgent, at);
    const { hasContent } = this.#options;
    if (hasContent) open.span.setAttribute(attribute.TOOL_RESULT, this.#spans.text(result));
    const type = isRefused ? "refused" : "tool_error";
    this.#spans.end(open, at, failure === undefined ? undefined : { type, message: hasContent ? failure : undefined });
  }

  /** The span of a tool that it or one of its sub-agents runs. */
  toolSpan(callId: string): OpenSpan | undefined {
    const own = this.#tools.get(callId)?.open;
    if (own !== undefined) return own;
    for (const { subAgent } of this.#tools.values()) {
      const found = subAgent?.toolSpan(callId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The sub-agent that a task runs. @returns `undefined` if the task has not begun */
  subAgent(taskId: string): AgentSpans | undefined {
    const tool = this.#tools.get(taskId);
    if (tool === undefined) return undefined;
    tool.subAgent ??= this.#newSubAgent(tool.open, this.#asked.get(taskId)?.subAgent ?? "");
    return tool.subAgent;
  }

  /** Ends what has not ended; what it used until then remains known. */
  close(at: Date): void {
    this.models.end(at);
    for (const { open, subAgent } of this.#tools.values()) {
      if (subAgent !== undefined) this.#endSubAgent(subAgent, at);
      this.#spans.end(open, at, { type: "stopped" });
    }
    this.#tools.clear();
  }

  #endSubAgent(subAgent: AgentSpans, at: Date): void {
    subAgent.close(at);
    this.#usageOfOthers = sumOf([this.#usageOfOthers, subAgent.usage]);
    subAgent.#agent.span.setAttributes(usageAttributes(subAgent.usage));
    this.#spans.end(subAgent.#agent, at);
  }

  #newSubAgent(task: OpenSpan, name: string): AgentSpans {
    const span = this.#spans.begin(nameOf("invoke_agent", name), task.context, {
      at: task.startedAt,
      attributes: {
        [attribute.OPERATION]: "invoke_agent",
        [attribute.CONVERSATION_ID]: this.#options.conversation,
        ...(name === "" ? {} : { [attribute.AGENT_NAME]: name }),
      },
    });
    return new AgentSpans(this.#spans, span, this.#options);
  }
}

function describe({ span }: OpenSpan, call: AskedCall | undefined): void {
  if (call === undefined) return;
  span.updateName(nameOf("execute_tool", call.name));
  span.setAttribute(attribute.TOOL_NAME, call.name);
  if (call.args !== undefined) span.setAttribute(attribute.TOOL_ARGUMENTS, call.args);
}
