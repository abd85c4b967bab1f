/** Each provider's own protocol with scripted answers. */
import { startAnthropicDouble } from "./anthropic-double.ts";
import type { LocalWorld } from "./local-world.ts";
import { argumentsOf, type ModelTurn } from "./model-turn.ts";
import type { Turn } from "./ollama-double.ts";
import { startOpenAiDouble } from "./openai-double.ts";

/** What every world has that a model of Ollama answers in. */
type ModelWorld = Pick<LocalWorld, "ollama">;

export interface ProviderDouble {
  /** The runner's variables that make it use this model. */
  readonly env: Record<string, string>;
  /** What the model says from now on. */
  say(turns: readonly ModelTurn[], world: ModelWorld): void;
  /** The conversations that were sent so far, each as text. */
  conversations(world: ModelWorld): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Provider {
  readonly name: string;
  /** How it says that an answer reached the limit of tokens. */
  readonly limit: string;
  start(): ProviderDouble;
}

export const anthropic: Provider = {
  name: "Anthropic",
  limit: "max_tokens",
  start: () => {
    const double = startAnthropicDouble("sk-ant-test");
    return {
      env: { STIGMER_LLM_PROVIDER: "anthropic", STIGMER_LLM_BASE_URL: double.url, ANTHROPIC_API_KEY: "sk-ant-test" },
      say: double.say,
      conversations: () => double.requests.map(({ messages }) => JSON.stringify(messages)),
      [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
    };
  },
};
export const openAiChat = openAi("gpt-4o", "OpenAI (chat completions)", "length");
export const openAiResponses = openAi("gpt-5-codex", "OpenAI (Responses API)", "max_output_tokens");
export const ollama: Provider = {
  name: "Ollama",
  limit: "length",
  start: () => ({
    env: {},
    say: (turns, world) => {
      const script = [...turns];
      world.ollama.converse(() => ollamaTurn(script.shift()));
    },
    conversations: (world) => world.ollama.requests.map(({ messages }) => JSON.stringify(messages)),
    // It belongs to the world.
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

export const providers: readonly Provider[] = [anthropic, openAiChat, openAiResponses, ollama];

function openAi(model: string, name: string, limit: string): Provider {
  return {
    name,
    limit,
    start: () => {
      const double = startOpenAiDouble("sk-test-key");
      return {
        env: {
          STIGMER_LLM_PROVIDER: "openai",
          STIGMER_LLM_MODEL: model,
          STIGMER_LLM_BASE_URL: double.url,
          OPENAI_API_KEY: "sk-test-key",
        },
        say: double.say,
        conversations: () => [
          ...double.requests.map(({ messages }) => JSON.stringify(messages)),
          ...double.responses.map(({ input }) => JSON.stringify(input)),
        ],
        [Symbol.asyncDispose]: () => double[Symbol.asyncDispose](),
      };
    },
  };
}

/** Ollama sends complete calls, so invalid JSON arguments cannot come from it. */
function ollamaTurn(turn: ModelTurn | undefined): Turn | undefined {
  if (turn === undefined || "http" in turn || "hang" in turn) return turn;
  const { breaks, tools, ...rest } = turn;
  const calls = tools?.map((call) => ({ name: call.name, args: parsed(argumentsOf(call)) }));
  return {
    ...rest,
    ...(calls === undefined ? {} : { tools: calls }),
    ...(breaks === undefined
      ? {}
      : { breaks: breaks === "reset" ? breaks : { line: `{"error":"${breaks.message}"}` } }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { file_path: "b.txt", content: "first half of a bi" };
  }
}
