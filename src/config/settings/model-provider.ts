export const PROVIDERS = ["ollama", "anthropic", "openai", "scripted"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** A model's name without its provider, and the provider that it names or implies. */
interface NamedModel {
  /** Empty if only the provider is named. */
  readonly model: string;
  /** From a prefix: `openai:gpt-4o`. */
  readonly named?: Provider | undefined;
  /** From the name: `gpt-4o`. */
  readonly implied?: Provider | undefined;
}

/** Names of models from which their provider follows. */
const NAME_PATTERNS: readonly (readonly [RegExp, Provider])[] = [
  [/^claude/, "anthropic"],
  // OpenAI's open models, which Ollama serves.
  [/^gpt-oss/, "ollama"],
  [/^(gpt-|chatgpt-|o[134](-|$))/, "openai"],
  [/^(qwen|llama|codellama|deepseek|mistral|mixtral|gemma|phi|granite|starcoder|command-r)/, "ollama"],
];

/** Reads `name` or `provider:name`. */
export function parseModelName(text: string): NamedModel {
  const colon = text.indexOf(":");
  // Ollama's tags have a colon too: `qwen2.5-coder:7b` names no provider.
  const named = PROVIDERS.find((provider) => provider === text.slice(0, Math.max(colon, 0)));
  const model = named === undefined ? text : text.slice(colon + 1);
  return { model, named, implied: NAME_PATTERNS.find(([pattern]) => pattern.test(model))?.[1] };
}
