import type { ModelProfile } from "@langchain/core/language_models/profile";
import { type ModelConfig, type Provider, parseModelName } from "../../config/index.ts";

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

/** The model that takes over when another one is unavailable; `undefined` if none is configured. */
export function fallbackModel(config: ModelConfig): ModelChoice | undefined {
  return config.fallback === undefined ? undefined : parse(config.fallback, undefined, defaultProvider(config));
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
  const { model: given, named: prefix, implied } = parseModelName(name);
  const model = given || DEFAULT_MODEL[prefix ?? otherwise];
  return { provider: prefix ?? named ?? implied ?? otherwise, model: ALIASES.get(model) ?? model };
}

interface ChosenModel {
  readonly choice: ModelChoice;
  /** What the library knows of it, if anything. */
  readonly client: { readonly profile?: ModelProfile };
}

/** Whether results of tools may only have text: Ollama's client refuses others, and some models do not see. */
export function isTextOnly({ choice: { provider }, client }: ChosenModel): boolean {
  return !(provider === "anthropic" || provider === "openai") || client.profile?.imageInputs === false;
}
