import type { ModelProfile } from "@langchain/core/language_models/profile";
import { type ModelConfig, type Provider, parseModelName } from "../../config/index.ts";
import { DEFAULT_MODELS, MODEL_ALIASES } from "../../shared/known-models.ts";

/** A model and who provides it. */
export interface ModelChoice {
  readonly provider: Provider;
  readonly model: string;
}

const DEFAULT_MODEL: Readonly<Record<Provider, string>> = DEFAULT_MODELS;

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
  return { provider: prefix ?? named ?? implied ?? otherwise, model: MODEL_ALIASES.get(model) ?? model };
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
