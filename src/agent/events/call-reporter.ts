import type { TokenUsage } from "../../shared/token-usage.ts";
import type { ModelChoice } from "../model/model-choice.ts";
import type { AgentCall, McpCallFailure, ModelCallFailure } from "./agent-call.ts";
import type { Actor, EventBase } from "./agent-event.ts";

/** How an attempt of a model call ended. */
interface ModelCallEnd {
  readonly usage?: TokenUsage | undefined;
  readonly failure?: ModelCallFailure | undefined;
}

interface ModelCallStart {
  /** The graph node of the agent that calls; empty for the main agent. */
  readonly node: string;
  readonly purpose: "turn" | "summary";
  readonly choice: ModelChoice;
  readonly attempt: number;
}

type McpCallStart = Pick<Extract<AgentCall, { type: "mcp-call-started" }>, "callId" | "server" | "transport" | "tool">;

/** Tells observers of the calls of one execution, and gives each call an id. */
export class CallReporter {
  readonly #report: (call: AgentCall) => void;
  readonly #callAt: (node: string) => string | undefined;
  /** The turn that each agent waits for, by its graph node. An agent asks for one at a time. */
  readonly #waiting = new Map<string, string>();
  #count = 0;

  /**
   * @param report receives each event; must not throw
   * @param callAt the `task` call that runs in a graph node
   */
  constructor(report: (call: AgentCall) => void, callAt: (node: string) => string | undefined) {
    this.#report = report;
    this.#callAt = callAt;
  }

  /** An attempt begins. @returns tells how it ended */
  modelCall({ node, purpose, choice, attempt }: ModelCallStart): (end: ModelCallEnd) => void {
    const modelCallId = `model-${++this.#count}`;
    const { provider, model } = choice;
    if (purpose === "turn") this.#waiting.set(node, modelCallId);
    this.#report({ ...this.#base(node), type: "model-call-started", modelCallId, purpose, provider, model, attempt });
    return ({ usage, failure }) => {
      if (this.#waiting.get(node) === modelCallId) this.#waiting.delete(node);
      this.#report({
        ...this.#base(node),
        type: "model-call-ended",
        modelCallId,
        ...(usage === undefined ? {} : { usage }),
        ...(failure === undefined ? {} : { failure }),
      });
    };
  }

  /** A piece of an answer has arrived; only the first one of each call is reported. */
  answering(node: string): void {
    const modelCallId = this.#waiting.get(node);
    if (modelCallId === undefined) return;
    this.#waiting.delete(node);
    this.#report({ ...this.#base(node), type: "model-call-answering", modelCallId });
  }

  /** A call of a server's tool begins. @returns tells how it ended */
  mcpCall(start: McpCallStart): (failure?: McpCallFailure) => void {
    const mcpCallId = `mcp-${++this.#count}`;
    this.#report({ ...start, type: "mcp-call-started", mcpCallId, at: new Date() });
    return (failure) =>
      this.#report({
        type: "mcp-call-ended",
        mcpCallId,
        at: new Date(),
        ...(failure === undefined ? {} : { failure }),
      });
  }

  #base(node: string): EventBase {
    const actor: Actor = node === "" ? { kind: "main" } : { kind: "sub-agent", callId: this.#callAt(node) ?? "" };
    return { actor, at: new Date() };
  }
}
