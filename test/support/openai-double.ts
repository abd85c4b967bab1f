/**
 * A server that speaks OpenAI's chat completions, streaming, and says what a test tells it to. It refuses what the real
 * one would refuse: a missing key, results that belong to no call.
 */
import * as v from "valibot";
import type { ModelTurn } from "./anthropic-double.ts";
import { sse } from "./sse.ts";

const message = v.variant("role", [
  v.looseObject({ role: v.literal("system"), content: v.unknown() }),
  v.looseObject({ role: v.literal("user"), content: v.unknown() }),
  v.looseObject({
    role: v.literal("assistant"),
    tool_calls: v.optional(v.array(v.looseObject({ id: v.string(), type: v.literal("function") }))),
  }),
  v.looseObject({ role: v.literal("tool"), tool_call_id: v.string(), content: v.unknown() }),
]);

const request = v.looseObject({
  model: v.string(),
  stream: v.literal(true),
  messages: v.array(message),
  tools: v.array(
    v.looseObject({
      type: v.literal("function"),
      function: v.looseObject({ name: v.string(), parameters: v.looseObject({}) }),
    }),
  ),
});

export type OpenAiRequest = v.InferOutput<typeof request>;

export interface OpenAiDouble {
  /** With the path that clients take as their base. */
  readonly url: string;
  readonly requests: OpenAiRequest[];
  [Symbol.asyncDispose](): Promise<void>;
}

export function startOpenAiDouble(key: string, turns: readonly ModelTurn[]): OpenAiDouble {
  const requests: OpenAiRequest[] = [];
  const refuse = (status: number, text: string) =>
    Response.json({ error: { message: text, type: "invalid_request_error", code: null } }, { status });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/v1/chat/completions": {
        POST: async (call) => {
          if (call.headers.get("authorization") !== `Bearer ${key}`) return refuse(401, "Incorrect API key provided");
          const parsed = v.safeParse(request, await call.json());
          if (!parsed.success) return refuse(400, JSON.stringify(v.flatten(parsed.issues)));
          const asked = new Set(
            parsed.output.messages.flatMap((part) =>
              part.role === "assistant" ? (part.tool_calls ?? []).map(({ id }) => id) : [],
            ),
          );
          const stray = parsed.output.messages.find((part) => part.role === "tool" && !asked.has(part.tool_call_id));
          if (stray !== undefined)
            return refuse(400, "messages with role 'tool' must be a response to a preceding message with 'tool_calls'");
          const turn = turns[requests.length];
          requests.push(parsed.output);
          return turn === undefined ? refuse(429, "Rate limit reached") : answer(parsed.output.model, turn);
        },
      },
    },
    fetch: () => refuse(404, "not found"),
  });
  return { url: `http://127.0.0.1:${server.port}/v1`, requests, [Symbol.asyncDispose]: () => server.stop(true) };
}

function answer(model: string, { text, tools = [] }: ModelTurn): Response {
  const head = { id: `chatcmpl-${crypto.randomUUID()}`, object: "chat.completion.chunk", created: 1, model };
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  });
  const calls = tools.map(({ name, args }, index) => ({
    index,
    id: `call_${crypto.randomUUID().slice(0, 8)}`,
    type: "function",
    function: { name, arguments: JSON.stringify(args) },
  }));
  return sse(
    [
      chunk({ role: "assistant", content: "" }),
      ...text.split(/(?<=\s)/).map((word) => chunk({ content: word })),
      ...calls.map((call) => chunk({ tool_calls: [call] })),
      chunk({}, tools.length > 0 ? "tool_calls" : "stop"),
    ],
    "data: [DONE]\n\n",
  );
}
