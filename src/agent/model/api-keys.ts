import type { ModelConfig } from "../../config/index.ts";
import { AgentError } from "../agent-error.ts";
import { defaultProvider } from "./model-choice.ts";

/** The providers that need an API key, and the variables that have it. */
const KEYS = {
  anthropic: { name: "Anthropic", variable: "ANTHROPIC_API_KEY", of: (config: ModelConfig) => config.anthropicApiKey },
  openai: { name: "OpenAI", variable: "OPENAI_API_KEY", of: (config: ModelConfig) => config.openaiApiKey },
} as const;

export type KeyedProvider = keyof typeof KEYS;

/** The key of a provider: `STIGMER_LLM_API_KEY` if it is the default provider, or else its own variable. */
export function apiKey(config: ModelConfig, provider: KeyedProvider): string | undefined {
  return (defaultProvider(config) === provider ? config.apiKey : undefined) ?? KEYS[provider].of(config);
}

/** The error if the runner has no key for the provider of a model. */
export function missingKey(provider: KeyedProvider, model: string): AgentError {
  const { name, variable } = KEYS[provider];
  return new AgentError(
    "model-configuration",
    `The model '${model}' needs an API key of ${name}, and the runner has none.`,
    {
      remedies: [`Set ${variable} (or STIGMER_LLM_API_KEY with STIGMER_LLM_PROVIDER=${provider}) for the runner.`],
    },
  );
}
