/** OpenAI's Responses API, as far as the double of OpenAI speaks it. */
import * as v from "valibot";
import { type AnswerTurn, argumentsOf, DEFAULT_USAGE } from "./model-turn.ts";
import { sse } from "./sse.ts";

const item = v.variant("type", [
  v.looseObject({ type: v.literal("message"), role: v.string(), content: v.unknown() }),
  v.looseObject({
    type: v.literal("function_call"),
    call_id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
    name: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9_-]{1,64}$/)),
    arguments: v.pipe(v.string(), v.parseJson(), v.looseObject({})),
  }),
  v.looseObject({ type: v.literal("function_call_output"), call_id: v.string(), output: v.unknown() }),
  v.looseObject({ type: v.literal("reasoning"), id: v.string() }),
]);

export const responsesRequest = v.looseObject({
  model: v.string(),
  stream: v.literal(true),
  input: v.array(item),
  max_output_tokens: v.optional(v.number()),
  tools: v.optional(
    v.array(
      v.looseObject({
        type: v.literal("function"),
        name: v.string(),
        description: v.unknown(),
        parameters: v.unknown(),
      }),
    ),
  ),
});

export type ResponsesRequest = v.InferOutput<typeof responsesRequest>;

export function unansweredCall({ input }: ResponsesRequest): string | undefined {
  const ids = (type: "function_call" | "function_call_output") =>
    input.flatMap((part) => (part.type === type ? [part.call_id] : []));
  const answered = ids("function_call_output");
  const open = ids("function_call").find((id) => !answered.includes(id));
  return open === undefined ? undefined : `No tool output found for function call ${open}.`;
}

/** An answer of the Responses API. `stop`: the reason why it is incomplete. */
export function responsesAnswer(
  model: string,
  { text, tools = [], stop, breaks, usage: counted }: AnswerTurn,
): Response {
  const used = counted ?? DEFAULT_USAGE;
  const id = `resp_${crypto.randomUUID()}`;
  const message = {
    type: "message",
    id: `msg_${crypto.randomUUID()}`,
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text, annotations: [] }],
  };
  const calls = tools.map((call) => ({
    type: "function_call",
    id: `fc_${crypto.randomUUID()}`,
    call_id: call.id ?? `call_${crypto.randomUUID().slice(0, 8)}`,
    name: call.name,
    arguments: argumentsOf(call),
    status: stop === undefined ? "completed" : "incomplete",
  }));
  const output = [...(text === "" ? [] : [message]), ...calls];
  const response = (status: string, more: object = {}) => ({
    id,
    object: "response",
    created_at: 1,
    model,
    status,
    error: null,
    incomplete_details: null,
    output: [],
    tools: [],
    ...more,
  });
  const events: object[] = [
    { type: "response.created", response: response("in_progress") },
    ...output.flatMap((part, output_index): object[] => {
      if (!("arguments" in part)) {
        return [
          { type: "response.output_item.added", output_index, item: { ...part, content: [] } },
          {
            type: "response.output_text.delta",
            item_id: part.id,
            output_index,
            content_index: 0,
            delta: text,
          },
          { type: "response.output_item.done", output_index, item: part },
        ];
      }
      const half = Math.ceil(part.arguments.length / 2);
      return [
        { type: "response.output_item.added", output_index, item: { ...part, arguments: "" } },
        ...[part.arguments.slice(0, half), part.arguments.slice(half)].map((delta) => ({
          type: "response.function_call_arguments.delta",
          item_id: part.id,
          output_index,
          delta,
        })),
        { type: "response.output_item.done", output_index, item: part },
      ];
    }),
  ];
  const usage = {
    input_tokens: used.input,
    output_tokens: used.output,
    total_tokens: used.input + used.output,
    input_tokens_details: { cached_tokens: used.cached },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  if (breaks === "reset") return sse(events, "", "reset");
  if (breaks !== undefined) {
    const error = { code: breaks.type, message: breaks.message };
    return sse([...events, { type: "response.failed", response: response("failed", { error }) }]);
  }
  if (stop === null) return sse(events);
  if (stop === undefined)
    return sse([...events, { type: "response.completed", response: response("completed", { output, usage }) }]);
  const details = { incomplete_details: { reason: stop }, output, usage };
  return sse([...events, { type: "response.incomplete", response: response("incomplete", details) }]);
}
