/**
 * A server with OpenAI's streaming Chat Completions and Responses APIs and scripted answers. It refuses what the real one
 * would refuse: a missing key, results without calls, calls without results, definitions of tools that it cannot use.
 */
import * as v from "valibot";
import { type AnswerTurn, argumentsOf, DEFAULT_USAGE, httpResponse, type ModelTurn } from "./model-turn.ts";
import { type ResponsesRequest, responsesAnswer, responsesRequest, unansweredCall } from "./openai-responses.ts";
import { sse } from "./sse.ts";
import { OPENAI_TOOLS, toolProblem } from "./tool-definitions.ts";

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const message = v.variant("role", [
  v.looseObject({ role: v.literal("system"), content: v.unknown() }),
  v.looseObject({ role: v.literal("user"), content: v.unknown() }),
  v.looseObject({
    role: v.literal("assistant"),
    tool_calls: v.optional(
      v.array(
        v.looseObject({
          id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
          type: v.literal("function"),
          function: v.looseObject({
            name: v.pipe(v.string(), v.regex(NAME)),
            arguments: v.pipe(v.string(), v.parseJson(), v.looseObject({})),
          }),
        }),
      ),
    ),
  }),
  v.looseObject({ role: v.literal("tool"), tool_call_id: v.string(), content: v.unknown() }),
]);

const request = v.looseObject({
  model: v.string(),
  stream: v.literal(true),
  stream_options: v.optional(v.looseObject({ include_usage: v.optional(v.boolean()) })),
  messages: v.array(message),
  tools: v.array(
    v.looseObject({
      type: v.literal("function"),
      function: v.looseObject({ name: v.string(), description: v.unknown(), parameters: v.looseObject({}) }),
    }),
  ),
});

export type OpenAiRequest = v.InferOutput<typeof request>;

export interface OpenAiDouble {
  /** With the path that clients take as their base. */
  readonly url: string;
  readonly requests: OpenAiRequest[];
  /** Those of the Responses API. */
  readonly responses: ResponsesRequest[];
  /** What the model says from now on. */
  say(turns: readonly ModelTurn[]): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export function startOpenAiDouble(key: string, turns: readonly ModelTurn[] = []): OpenAiDouble {
  let script = [...turns];
  const requests: OpenAiRequest[] = [];
  const responses: ResponsesRequest[] = [];
  const refuse = (status: number, text: string) =>
    Response.json({ error: { message: text, type: "invalid_request_error", code: null } }, { status });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    // A model may hang for as long as a test wants.
    idleTimeout: 0,
    routes: {
      "/v1/chat/completions": {
        POST: async (call) => {
          if (call.headers.get("authorization") !== `Bearer ${key}`) return refuse(401, "Incorrect API key provided");
          const parsed = v.safeParse(request, await call.json());
          if (!parsed.success) return refuse(400, JSON.stringify(v.flatten(parsed.issues)));
          const tools = parsed.output.tools.map(({ function: one }) => ({ ...one, schema: one.parameters }));
          const odd = toolProblem(tools, OPENAI_TOOLS);
          if (odd !== undefined) return refuse(400, odd);
          const asked = new Set(
            parsed.output.messages.flatMap((part) =>
              part.role === "assistant" ? (part.tool_calls ?? []).map(({ id }) => id) : [],
            ),
          );
          const answered = new Set(
            parsed.output.messages.flatMap((part) => (part.role === "tool" ? [part.tool_call_id] : [])),
          );
          if ([...asked].some((id) => !answered.has(id)) || !areAnsweredAtOnce(parsed.output))
            return refuse(400, "An assistant message with 'tool_calls' must be followed by tool messages");
          const strange = strangeContent(parsed.output);
          if (strange !== undefined) return refuse(400, `Invalid value: '${strange}'`);
          const stray = parsed.output.messages.find((part) => part.role === "tool" && !asked.has(part.tool_call_id));
          if (stray !== undefined)
            return refuse(400, "messages with role 'tool' must be a response to a preceding message with 'tool_calls'");
          const turn = script.shift();
          requests.push(parsed.output);
          if (turn === undefined) return refuse(429, "Rate limit reached");
          return "http" in turn || "hang" in turn ? httpResponse(turn) : answer(parsed.output, turn);
        },
      },
      "/v1/responses": {
        POST: async (call) => {
          if (call.headers.get("authorization") !== `Bearer ${key}`) return refuse(401, "Incorrect API key provided");
          const parsed = v.safeParse(responsesRequest, await call.json());
          if (!parsed.success) return refuse(400, JSON.stringify(v.flatten(parsed.issues)));
          const tools = (parsed.output.tools ?? []).map((one) => ({ ...one, schema: one.parameters }));
          const problem = unansweredCall(parsed.output) ?? toolProblem(tools, OPENAI_TOOLS);
          if (problem !== undefined) return refuse(400, problem);
          const turn = script.shift();
          responses.push(parsed.output);
          if (turn === undefined) return refuse(429, "Rate limit reached");
          return "http" in turn || "hang" in turn ? httpResponse(turn) : responsesAnswer(parsed.output.model, turn);
        },
      },
    },
    fetch: () => refuse(404, "not found"),
  });
  return {
    url: `http://127.0.0.1:${server.port}/v1`,
    requests,
    responses,
    say: (turns) => {
      script = [...turns];
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** Whether the results of all calls follow right after them. */
function areAnsweredAtOnce({ messages }: OpenAiRequest): boolean {
  return messages.every((part, index) => {
    if (part.role !== "assistant" || part.tool_calls === undefined) return true;
    const next = messages.slice(index + 1, index + 1 + part.tool_calls.length);
    const ids = new Set(next.map((result) => (result.role === "tool" ? result.tool_call_id : undefined)));
    return part.tool_calls.every(({ id }) => ids.has(id));
  });
}

/** The type of a part that an assistant's content may not have: another provider's. */
function strangeContent({ messages }: OpenAiRequest): string | undefined {
  const parts = messages.flatMap(({ role, content }) =>
    (role === "assistant" || role === "tool") && Array.isArray(content) ? content : [],
  );
  return parts.map((part: { type?: unknown }) => String(part.type)).find((type) => !["text", "refusal"].includes(type));
}

function answer({ model, stream_options: options }: OpenAiRequest, turn: AnswerTurn): Response {
  const { text, tools = [], stop, breaks, usage = DEFAULT_USAGE } = turn;
  const head = { id: `chatcmpl-${crypto.randomUUID()}`, object: "chat.completion.chunk", created: 1, model };
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  });
  const calls = tools.flatMap((call, index) => {
    const id = call.id === undefined ? `call_${crypto.randomUUID().slice(0, 8)}` : (call.id ?? undefined);
    const json = argumentsOf(call);
    const half = Math.ceil(json.length / 2);
    return [
      { index, id, type: "function", function: { name: call.name, arguments: "" } },
      { index, function: { arguments: json.slice(0, half) } },
      { index, function: { arguments: json.slice(half) } },
    ];
  });
  const reason = stop === undefined ? (tools.length > 0 ? "tool_calls" : "stop") : stop;
  const said = [
    chunk({ role: "assistant", content: "" }),
    ...text.split(/(?<=\s)/).map((word) => chunk({ content: word })),
    ...calls.map((call) => chunk({ tool_calls: [call] })),
  ];
  if (breaks === "reset") return sse(said, "", "reset");
  if (breaks !== undefined) return sse([...said, { error: { ...breaks, code: null } }]);
  if (reason === null) return sse(said);
  const counted = usage !== null && {
    ...head,
    choices: [],
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      prompt_tokens_details: { cached_tokens: usage.cached, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
  };
  const last =
    options?.include_usage === true && counted !== false ? [chunk({}, reason), counted] : [chunk({}, reason)];
  return sse([...said, ...last], "data: [DONE]\n\n");
}
