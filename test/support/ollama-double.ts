/**
 * A server with Ollama's chat API and scripted answers. It refuses requests that the real one would refuse, so that the
 * client library's requests are checked with every use.
 */
import * as v from "valibot";
import { DEFAULT_USAGE, type HttpTurn, httpResponse, type ModelCall, type TurnUsage } from "./model-turn.ts";
import { OLLAMA_TOOLS, toolProblem } from "./tool-definitions.ts";

/** One answer of the model. */
export type Turn =
  | {
      readonly text?: string;
      readonly tools?: readonly ModelCall[];
      /** Milliseconds between the words. */
      readonly pace?: number;
      /** Milliseconds before the first word. */
      readonly delay?: number;
      /** The first word comes after it. */
      readonly after?: Promise<unknown>;
      /** Why the answer ends; `null`: the last line is missing. */
      readonly stop?: string | null;
      /** `null`: it says nothing. */
      readonly usage?: TurnUsage | null;
      /** How it ends before that: the connection breaks, or this line comes. */
      readonly breaks?: "reset" | { readonly line: string };
    }
  | { readonly status: number; readonly error: string }
  | HttpTurn
  | { readonly hang: true };

/** The model's answers, by the number of answers since the user's last message. */
export type Conversation = (request: ChatRequest, turn: number) => Turn | undefined;

const message = v.strictObject({
  role: v.picklist(["system", "user", "assistant", "tool"]),
  content: v.string(),
  images: v.optional(v.array(v.string())),
  tool_calls: v.optional(
    v.array(
      v.looseObject({ function: v.strictObject({ name: v.string(), arguments: v.record(v.string(), v.unknown()) }) }),
    ),
  ),
});

const chatRequest = v.strictObject({
  model: v.string(),
  messages: v.array(message),
  stream: v.optional(v.boolean()),
  think: v.optional(v.boolean()),
  keep_alive: v.optional(v.union([v.string(), v.number()])),
  format: v.optional(v.unknown()),
  tools: v.optional(
    v.array(
      v.looseObject({
        type: v.literal("function"),
        function: v.looseObject({
          name: v.string(),
          description: v.string(),
          parameters: v.looseObject({ type: v.literal("object") }),
        }),
      }),
    ),
  ),
  options: v.optional(
    v.looseObject({
      temperature: v.optional(v.number()),
      num_predict: v.optional(v.number()),
      num_ctx: v.optional(v.number()),
    }),
  ),
});

export type ChatRequest = v.InferOutput<typeof chatRequest>;

export interface OllamaDouble {
  readonly url: string;
  /** Everything that was asked, in order. */
  readonly requests: ChatRequest[];
  /** What the model says from now on. */
  converse(conversation: Conversation): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export function startOllamaDouble(models: readonly string[] = ["qwen2.5-coder:7b"]): OllamaDouble {
  const requests: ChatRequest[] = [];
  let conversation: Conversation = () => ({ text: "Hello." });
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    routes: {
      "/": () => new Response("Ollama is running"),
      "/api/version": () => Response.json({ version: "0.12.0" }),
      "/api/tags": () => Response.json({ models: models.map((name) => ({ name })) }),
      "/api/chat": {
        POST: async (request) => {
          const parsed = v.safeParse(chatRequest, await request.json());
          if (!parsed.success) {
            const problems = parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join("; ");
            return Response.json({ error: `not an Ollama request: ${problems}` }, { status: 400 });
          }
          const chat = parsed.output;
          const tools = (chat.tools ?? []).map(({ function: one }) => ({ ...one, schema: one.parameters }));
          const problem = toolProblem(tools, OLLAMA_TOOLS);
          if (problem !== undefined) return Response.json({ error: problem }, { status: 400 });
          requests.push(chat);
          if (!models.includes(chat.model))
            return Response.json({ error: `model "${chat.model}" not found, try pulling it first` }, { status: 404 });
          const lastUser = chat.messages.findLastIndex(({ role }) => role === "user");
          const answered = chat.messages.slice(lastUser + 1).filter(({ role }) => role === "assistant").length;
          const turn = conversation(chat, answered) ?? { text: "I have nothing more to say." };
          if ("status" in turn) return Response.json({ error: turn.error }, { status: turn.status });
          if ("http" in turn) return httpResponse(turn);
          if ("hang" in turn) return new Response(new ReadableStream({ start: () => new Promise(() => undefined) }));
          return new Response(streamed(answer(chat.model, turn)), {
            headers: { "content-type": "application/x-ndjson" },
          });
        },
      },
    },
    fetch: () => new Response("404 page not found", { status: 404 }),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    converse: (next) => {
      conversation = next;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** The connection should break. */
const RESET = Symbol("reset");

/** A body whose connection breaks at a line that says so. */
function streamed(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await lines.next();
        if (done === true) controller.close();
        else controller.enqueue(new TextEncoder().encode(value));
      } catch (error) {
        // Without a reason: the server would print it.
        controller.error(error === RESET ? undefined : error);
      }
    },
    cancel: () => void lines.return(undefined),
  });
}

/** JSON lines: words, calls, and the line that ends the answer. */
async function* answer(model: string, turn: Extract<Turn, { text?: string }>): AsyncGenerator<string> {
  const line = (part: object) => `${JSON.stringify({ model, created_at: new Date().toISOString(), ...part })}\n`;
  if (turn.delay !== undefined) await Bun.sleep(turn.delay);
  await turn.after;
  for (const word of (turn.text ?? "").split(/(?<=\s)(?=\S)/)) {
    if (word !== "") yield line({ message: { role: "assistant", content: word }, done: false });
    if (turn.pace !== undefined) await Bun.sleep(turn.pace);
  }
  if (turn.tools !== undefined) {
    const tool_calls = turn.tools.map(({ name, args = {} }) => ({ function: { name, arguments: args } }));
    yield line({ message: { role: "assistant", content: "", tool_calls }, done: false });
  }
  if (turn.breaks === "reset") throw RESET;
  if (turn.breaks !== undefined) yield `${turn.breaks.line}\n`;
  if (turn.stop === null) return;
  yield line({
    message: { role: "assistant", content: "" },
    done: true,
    done_reason: turn.stop ?? "stop",
    total_duration: 1,
    load_duration: 1,
    ...counted(turn.usage),
    prompt_eval_duration: 1,
    eval_duration: 1,
  });
}

function counted(usage: TurnUsage | null = DEFAULT_USAGE): object {
  return usage === null ? {} : { prompt_eval_count: usage.input, eval_count: usage.output };
}
