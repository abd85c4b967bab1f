/**
 * A server with Anthropic's streaming Messages API and scripted answers. It refuses what the real one would refuse: a
 * missing key or version, calls without results, results without calls.
 */
import * as v from "valibot";
import { type AnswerTurn, argumentsOf, DEFAULT_USAGE, httpResponse, type ModelTurn } from "./model-turn.ts";
import { sse } from "./sse.ts";
import { ANTHROPIC_TOOLS, toolProblem } from "./tool-definitions.ts";

const NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const ID = /^[a-zA-Z0-9_-]+$/;

const block = v.variant("type", [
  v.looseObject({ type: v.literal("text"), text: v.pipe(v.string(), v.regex(/\S/)) }),
  v.looseObject({
    type: v.literal("tool_use"),
    id: v.pipe(v.string(), v.regex(ID)),
    name: v.pipe(v.string(), v.regex(NAME)),
    input: v.looseObject({}),
  }),
  v.looseObject({ type: v.literal("tool_result"), tool_use_id: v.pipe(v.string(), v.regex(ID)) }),
]);

const request = v.looseObject({
  model: v.string(),
  max_tokens: v.pipe(v.number(), v.integer()),
  stream: v.literal(true),
  messages: v.array(
    v.looseObject({ role: v.picklist(["user", "assistant"]), content: v.union([v.string(), v.array(block)]) }),
  ),
  tools: v.array(
    v.looseObject({
      name: v.string(),
      description: v.unknown(),
      input_schema: v.looseObject({ type: v.literal("object") }),
    }),
  ),
});

export type AnthropicRequest = v.InferOutput<typeof request>;

export interface AnthropicDouble {
  readonly url: string;
  readonly requests: AnthropicRequest[];
  /** What the model says from now on. */
  say(turns: readonly ModelTurn[]): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export function startAnthropicDouble(key: string, turns: readonly ModelTurn[] = []): AnthropicDouble {
  let script = [...turns];
  const requests: AnthropicRequest[] = [];
  const refuse = (status: number, type: string, message: string) =>
    Response.json({ type: "error", error: { type, message } }, { status });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    // A model may hang for as long as a test wants.
    idleTimeout: 0,
    routes: {
      "/v1/messages": {
        POST: async (call) => {
          if (call.headers.get("x-api-key") !== key) return refuse(401, "authentication_error", "invalid x-api-key");
          if (call.headers.get("anthropic-version") === null)
            return refuse(400, "invalid_request_error", "anthropic-version: header is required");
          const parsed = v.safeParse(request, await call.json());
          if (!parsed.success) return refuse(400, "invalid_request_error", JSON.stringify(v.flatten(parsed.issues)));
          const tools = parsed.output.tools.map((one) => ({ ...one, schema: one.input_schema }));
          const problem = unmatchedCall(parsed.output) ?? toolProblem(tools, ANTHROPIC_TOOLS);
          if (problem !== undefined) return refuse(400, "invalid_request_error", problem);
          const turn = script.shift();
          requests.push(parsed.output);
          if (turn === undefined) return refuse(529, "overloaded_error", "Overloaded");
          return "http" in turn || "hang" in turn ? httpResponse(turn) : answer(parsed.output.model, turn);
        },
      },
    },
    fetch: () => refuse(404, "not_found_error", "not found"),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    say: (turns) => {
      script = [...turns];
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
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
  const all = messages.flatMap(({ content }) => ids(content, "tool_use"));
  if (new Set(all).size < all.length) return "messages: `tool_use` ids must be unique";
  for (const [index, { role, content }] of messages.entries()) {
    if (role === "assistant" && index < messages.length - 1 && content.length === 0)
      return `messages.${index}: all messages must have non-empty content except for the optional final assistant message`;
    const asked = ids(content, "tool_use").sort();
    const answered = ids(messages[index + 1]?.content, "tool_result").sort();
    if (JSON.stringify(asked) !== JSON.stringify(answered))
      return `messages.${index}: tool_use ids were found without tool_result blocks`;
  }
  return undefined;
}

function answer(model: string, { text, tools = [], stop, breaks, usage }: AnswerTurn): Response {
  // It always counts.
  const used = usage ?? DEFAULT_USAGE;
  const input = {
    input_tokens: used.input - used.cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: used.cached,
  };
  // The tokens of the output so far, and at the end all of them.
  const begun = { ...input, output_tokens: Math.min(used.output, 2) };
  const message = {
    id: `msg_${crypto.randomUUID()}`,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: begun,
  };
  const blocks = [
    ...(text === "" ? [] : [{ start: { type: "text", text: "" }, deltas: textDeltas(text) }]),
    ...tools.map((call) => {
      const id = call.id === undefined ? `toolu_${crypto.randomUUID().slice(0, 8)}` : (call.id ?? undefined);
      const json = argumentsOf(call);
      const half = Math.ceil(json.length / 2);
      return {
        start: { type: "tool_use", id, name: call.name, input: {} },
        deltas: [json.slice(0, half), json.slice(half)].map((partial_json) => ({
          type: "input_json_delta",
          partial_json,
        })),
      };
    }),
  ];
  const reason = stop === undefined ? (tools.length > 0 ? "tool_use" : "end_turn") : stop;
  const said = [
    { type: "message_start", message },
    { type: "ping" },
    ...blocks.flatMap(({ start, deltas }, index) => [
      { type: "content_block_start", index, content_block: start },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      ...(breaks === undefined && reason !== null ? [{ type: "content_block_stop", index }] : []),
    ]),
  ];
  if (breaks === "reset") return sse(said, "", "reset");
  if (breaks !== undefined) return sse([...said, { type: "error", error: breaks }]);
  if (reason === null) return sse(said);
  return sse([
    ...said,
    {
      type: "message_delta",
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { ...input, output_tokens: used.output },
    },
    { type: "message_stop" },
  ]);
}

function textDeltas(text: string): object[] {
  return text.split(/(?<=\s)(?=\S)/).map((word) => ({ type: "text_delta", text: word }));
}
