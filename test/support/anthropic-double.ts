/**
 * A server that speaks Anthropic's Messages API, streaming, and says what a test tells it to. It refuses what the real
 * one would refuse: a missing key or version, calls without results, results without calls.
 */
import * as v from "valibot";
import { sse } from "./sse.ts";

export interface ModelTurn {
  readonly text: string;
  readonly tools?: readonly { readonly name: string; readonly args: Record<string, unknown> }[];
}

const block = v.variant("type", [
  v.looseObject({ type: v.literal("text"), text: v.pipe(v.string(), v.minLength(1)) }),
  v.looseObject({ type: v.literal("tool_use"), id: v.string(), name: v.string(), input: v.looseObject({}) }),
  v.looseObject({ type: v.literal("tool_result"), tool_use_id: v.string() }),
]);

const request = v.looseObject({
  model: v.string(),
  max_tokens: v.pipe(v.number(), v.integer()),
  stream: v.literal(true),
  messages: v.array(
    v.looseObject({ role: v.picklist(["user", "assistant"]), content: v.union([v.string(), v.array(block)]) }),
  ),
  tools: v.array(v.looseObject({ name: v.string(), input_schema: v.looseObject({ type: v.literal("object") }) })),
});

export type AnthropicRequest = v.InferOutput<typeof request>;

export interface AnthropicDouble {
  readonly url: string;
  readonly requests: AnthropicRequest[];
  [Symbol.asyncDispose](): Promise<void>;
}

export function startAnthropicDouble(key: string, turns: readonly ModelTurn[]): AnthropicDouble {
  const requests: AnthropicRequest[] = [];
  const refuse = (status: number, type: string, message: string) =>
    Response.json({ type: "error", error: { type, message } }, { status });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/v1/messages": {
        POST: async (call) => {
          if (call.headers.get("x-api-key") !== key) return refuse(401, "authentication_error", "invalid x-api-key");
          if (call.headers.get("anthropic-version") === null)
            return refuse(400, "invalid_request_error", "anthropic-version: header is required");
          const parsed = v.safeParse(request, await call.json());
          if (!parsed.success) return refuse(400, "invalid_request_error", JSON.stringify(v.flatten(parsed.issues)));
          const problem = unmatchedCall(parsed.output);
          if (problem !== undefined) return refuse(400, "invalid_request_error", problem);
          const turn = turns[requests.length];
          requests.push(parsed.output);
          return turn === undefined ? refuse(529, "overloaded_error", "Overloaded") : answer(parsed.output.model, turn);
        },
      },
    },
    fetch: () => refuse(404, "not_found_error", "not found"),
  });
  return { url: `http://127.0.0.1:${server.port}`, requests, [Symbol.asyncDispose]: () => server.stop(true) };
}

/** Every call of a turn must be answered in the next message, and nothing else. */
function unmatchedCall({ messages }: AnthropicRequest): string | undefined {
  const ids = (
    content: AnthropicRequest["messages"][number]["content"] | undefined,
    type: "tool_use" | "tool_result",
  ) =>
    (typeof content === "string" ? [] : (content ?? [])).flatMap((part) =>
      part.type !== type ? [] : [part.type === "tool_use" ? part.id : String(Reflect.get(part, "tool_use_id"))],
    );
  for (const [index, { content }] of messages.entries()) {
    const asked = ids(content, "tool_use").sort();
    const answered = ids(messages[index + 1]?.content, "tool_result").sort();
    if (JSON.stringify(asked) !== JSON.stringify(answered))
      return `messages.${index}: tool_use ids were found without tool_result blocks`;
  }
  return undefined;
}

function answer(model: string, { text, tools = [] }: ModelTurn): Response {
  const usage = { input_tokens: 10, output_tokens: 10 };
  const message = {
    id: `msg_${crypto.randomUUID()}`,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
  const blocks = [
    ...(text === "" ? [] : [{ start: { type: "text", text: "" }, delta: { type: "text_delta", text } }]),
    ...tools.map(({ name, args }) => ({
      start: { type: "tool_use", id: `toolu_${crypto.randomUUID().slice(0, 8)}`, name, input: {} },
      delta: { type: "input_json_delta", partial_json: JSON.stringify(args) },
    })),
  ];
  return sse([
    { type: "message_start", message },
    ...blocks.flatMap(({ start, delta }, index) => [
      { type: "content_block_start", index, content_block: start },
      { type: "content_block_delta", index, delta },
      { type: "content_block_stop", index },
    ]),
    {
      type: "message_delta",
      delta: { stop_reason: tools.length > 0 ? "tool_use" : "end_turn", stop_sequence: null },
      usage,
    },
    { type: "message_stop" },
  ]);
}
