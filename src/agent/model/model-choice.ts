import { type ModelConfig, PROVIDERS, type Provider } from "../../config/index.ts";

/** A model and who provides it. */
export interface ModelChoice {
  readonly provider: Provider;
  readonly model: string;
}

/** Short names of Stigmer, and the names that providers use. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["claude-sonnet-4.5", "claude-sonnet-4-5-20250929"],
  ["claude-opus-4", "claude-opus-4-20250514"],
  ["qwen2.5-coder", "qwen2.5-coder:7b"],
  ["llama3.2", "llama3.2:3b"],
  ["deepseek-coder", "deepseek-coder-v2:16b"],
  ["codellama", "codellama:13b"],
]);

const DEFAULT_MODEL: Readonly<Record<Provider, string>> = {
  ollama: "qwen2.5-coder:7b",
  anthropic: "claude-sonnet-4.5",
  openai: "gpt-4o",
  scripted: "script",
};

/** Names of models from which their provider follows. */
const NAME_PATTERNS: readonly (readonly [RegExp, Provider])[] = [
  [/^claude/, "anthropic"],
  // OpenAI's open models, which Ollama serves.
  [/^gpt-oss/, "ollama"],
  [/^(gpt-|chatgpt-|o[134](-|$))/, "openai"],
  [/^(qwen|llama|codellama|deepseek|mistral|mixtral|gemma|phi|granite|starcoder|command-r)/, "ollama"],
];

/**
 * Chooses the model of an execution.
 * @param requested `name` or `provider:name`; empty or absent: the default model
 */
export function chooseModel(config: ModelConfig, requested?: string): ModelChoice {
  if (requested !== undefined && requested.trim() !== "")
    return parse(requested.trim(), undefined, defaultProvider(config));
  const provider = defaultProvider(config);
  return parse(config.name ?? DEFAULT_MODEL[provider], config.provider, provider);
}

/** The provider that `STIGMER_LLM_BASE_URL` and `STIGMER_LLM_API_KEY` belong to. */
export function defaultProvider(config: ModelConfig): Provider {
  if (config.provider !== undefined) return config.provider;
  return config.name === undefined
    ? config.defaultProvider
    : parse(config.name, undefined, config.defaultProvider).provider;
}

/** @param named the provider that is configured with the model: it wins over the one that follows from the name */
function parse(name: string, named: Provider | undefined, otherwise: Provider): ModelChoice {
  const colon = name.indexOf(":");
  // Ollama's tags have a colon too: `qwen2.5-coder:7b` names no provider.
  const prefix = PROVIDERS.find((provider) => provider === name.slice(0, Math.max(colon, 0)));
  const model = (prefix === undefined ? name : name.slice(colon + 1)) || DEFAULT_MODEL[prefix ?? otherwise];
  const implied = NAME_PATTERNS.find(([pattern]) => pattern.test(model))?.[1];
  return { provider: prefix ?? named ?? implied ?? otherwise, model: ALIASES.get(model) ?? model };
}

/** Whether tool results may have images and documents: Ollama's client refuses results that are not text. */
export function canReceiveImages({ provider }: ModelChoice): boolean {
  return provider === "anthropic" || provider === "openai";
}
