import type { AIMessage } from "@langchain/core/messages";

/** How an answer of a model ended. Calls are only executed if it is complete. */
export type TurnEnd =
  | { readonly kind: "complete" }
  /** The answer reached the limit of tokens. */
  | { readonly kind: "limit" }
  /** The conversation and the answer fill the model's context. */
  | { readonly kind: "context" }
  | { readonly kind: "refused"; readonly said: string }
  /** The provider's content filter stopped it. */
  | { readonly kind: "filtered" }
  /** Any other stop reason, which may mean that the answer is incomplete. */
  | { readonly kind: "other"; readonly reason: string }
  /** There is no stop reason: the stream broke off. */
  | { readonly kind: "broken" };

type Kind = Exclude<TurnEnd["kind"], "other" | "broken">;

/** Stop reasons of Anthropic, OpenAI (both APIs), Ollama, and of servers that are compatible with one of them. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ...["stop", "end_turn", "stop_sequence", "tool_use", "tool_calls", "function_call", "completed", "eos"].map(
    (reason): [string, Kind] => [reason, "complete"],
  ),
  ["eos_token", "complete"],
  ["length", "limit"],
  ["max_tokens", "limit"],
  ["max_output_tokens", "limit"],
  ["model_length", "context"],
  ["model_context_window_exceeded", "context"],
  ["refusal", "refused"],
  ["content_filter", "filtered"],
  ["content_filtered", "filtered"],
  ["safety", "filtered"],
]);
/** Characters of an unknown reason that are shown. */
const REASON_LIMIT = 60;

/** Reads the stop reason of an answer. */
export function turnEnd(message: AIMessage): TurnEnd {
  const reason = stopReason(message);
  if (reason === undefined) return { kind: "broken" };
  const kind = KINDS.get(reason.toLowerCase());
  const said = refusal(message);
  if (kind === "refused" || (kind === "complete" && said !== "")) return { kind: "refused", said };
  return kind === undefined ? { kind: "other", reason: reason.slice(0, REASON_LIMIT) } : { kind };
}

/** The stop reason. The clients of the providers keep it in different fields. */
function stopReason({ additional_kwargs: kwargs, response_metadata: metadata }: AIMessage): string | undefined {
  const incomplete = (metadata["incomplete_details"] as { reason?: unknown } | null | undefined)?.reason;
  const candidates = [
    kwargs["stop_reason"],
    metadata["stop_reason"],
    metadata["finish_reason"],
    metadata["done_reason"],
    // OpenAI's Responses API.
    incomplete,
    metadata["status"],
  ];
  const reason = candidates.find((candidate) => typeof candidate === "string" && candidate !== "") as
    | string
    | undefined;
  // If a server sends it twice, the client concatenates the two.
  return reason === undefined ? undefined : (/^(.{2,60}?)\1+$/.exec(reason)?.[1] ?? reason);
}

function refusal({ additional_kwargs: kwargs }: AIMessage): string {
  const explanation = (kwargs["stop_details"] as { explanation?: unknown } | null | undefined)?.explanation;
  return ([kwargs["refusal"], explanation].find((text) => typeof text === "string") as string | undefined) ?? "";
}
