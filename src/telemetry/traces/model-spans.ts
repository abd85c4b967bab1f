import { NO_USAGE, ofOneCall, sumOf, type TokenUsage, type TotalUsage } from "../../shared/token-usage.ts";
import * as attribute from "./attributes.ts";
import { answerJson } from "./content.ts";
import type { EventOf, Turn } from "./events.ts";
import { type ExecutionSpans, nameOf, type OpenSpan } from "./execution-spans.ts";

interface ModelCall {
  readonly id: string;
  readonly open: OpenSpan;
  readonly isTurn: boolean;
  /** Set when it has ended and its answer has not been told yet. */
  endedAt?: Date;
  isAnswered: boolean;
}

interface ModelSpanOptions {
  /** What all calls of an execution have in common. */
  readonly conversation: string;
  readonly hasContent: boolean;
}

/** The spans of the calls of models that one agent makes: one turn at a time, summaries beside it. */
export class ModelSpans {
  readonly #spans: ExecutionSpans;
  readonly #agent: OpenSpan;
  readonly #options: ModelSpanOptions;
  readonly #calls = new Map<string, ModelCall>();
  /** The last call that asked for a turn. */
  #latest: ModelCall | undefined;
  #usage = NO_USAGE;

  constructor(spans: ExecutionSpans, agent: OpenSpan, options: ModelSpanOptions) {
    this.#spans = spans;
    this.#agent = agent;
    this.#options = options;
  }

  /** What all of them used so far. */
  get usage(): TotalUsage {
    return this.#usage;
  }

  started({ modelCallId, purpose, provider, model, attempt, at }: EventOf<"model-call-started">): void {
    const isTurn = purpose === "turn";
    if (isTurn) this.#endLatest();
    const open = this.#spans.begin(nameOf("chat", model), this.#agent.context, {
      at,
      isCall: true,
      attributes: {
        [attribute.OPERATION]: "chat",
        [attribute.PROVIDER]: provider,
        [attribute.REQUEST_MODEL]: model,
        [attribute.CONVERSATION_ID]: this.#options.conversation,
        [attribute.MODEL_CALL_PURPOSE]: purpose,
        [attribute.MODEL_CALL_ATTEMPT]: attempt,
      },
    });
    const call: ModelCall = { id: modelCallId, open, isTurn, isAnswered: false };
    this.#calls.set(modelCallId, call);
    if (isTurn) this.#latest = call;
  }

  answering({ modelCallId, at }: EventOf<"model-call-answering">): void {
    const call = this.#calls.get(modelCallId);
    if (call === undefined) return;
    const seconds = Math.max(at.getTime() - call.open.startedAt.getTime(), 0) / 1_000;
    call.open.span.setAttribute(attribute.TIME_TO_FIRST_CHUNK, seconds);
  }

  ended({ modelCallId, usage, failure, at }: EventOf<"model-call-ended">): void {
    const call = this.#calls.get(modelCallId);
    if (call === undefined) return;
    this.#calls.delete(modelCallId);
    if (usage !== undefined || failure === undefined) this.#usage = sumOf([this.#usage, ofOneCall(usage)]);
    if (usage !== undefined) call.open.span.setAttributes(usageAttributes(usage));
    call.endedAt = at;
    if (failure !== undefined) this.#spans.end(call.open, at, { type: failure });
    // The answer may be told after the end of the call, which it is a part of.
    else if (call.isAnswered || !call.isTurn) this.#spans.end(call.open, at);
  }

  turn(turn: Turn): void {
    const call = this.#latest;
    if (call === undefined || call.isAnswered) return;
    call.isAnswered = true;
    const { span } = call.open;
    if (turn.model !== undefined) span.setAttribute(attribute.RESPONSE_MODEL, withoutProvider(turn.model));
    if (this.#options.hasContent && span.isRecording())
      span.setAttribute(attribute.OUTPUT_MESSAGES, answerJson(turn, this.#spans.maxLength));
    this.#endLatest();
  }

  /** The agent has ended. */
  end(at: Date): void {
    this.#endLatest();
    for (const { open } of this.#calls.values()) this.#spans.end(open, at, { type: "stopped" });
    this.#calls.clear();
  }

  #endLatest(): void {
    const call = this.#latest;
    if (call?.endedAt === undefined) return;
    this.#spans.end(call.open, call.endedAt);
    this.#latest = undefined;
  }
}

export function usageAttributes({ inputTokens, cachedInputTokens, outputTokens }: TokenUsage) {
  return {
    [attribute.INPUT_TOKENS]: inputTokens,
    [attribute.CACHED_INPUT_TOKENS]: cachedInputTokens,
    [attribute.OUTPUT_TOKENS]: outputTokens,
  };
}

/** Models are named `provider:name`. */
function withoutProvider(model: string): string {
  return model.slice(model.indexOf(":") + 1);
}
