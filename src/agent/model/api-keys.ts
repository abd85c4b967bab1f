import type { ModelConfig } from "../../config/index.ts";
import { AgentError } from "../agent-error.ts";
import { defaultProvider } from "./model-choice.ts";

/** The providers that need a key, and where it usually comes from. */
const KEYS = {
  anthropic: { name: "Anthropic", variable: "ANTHROPIC_API_KEY", of: (config: ModelConfig) => config.anthropicApiKey },
  openai: { name: "OpenAI", variable: "OPENAI_API_KEY", of: (config: ModelConfig) => config.openaiApiKey },
} as const;

export type KeyedProvider = keyof typeof KEYS;

/** The key of a provider: `STIGMER_LLM_API_KEY` where it is the default one's, else the provider's own variable. */
export function apiKey(config: ModelConfig, provider: KeyedProvider): string | undefined {
  return (defaultProvider(config) === provider ? config.apiKey : undefined) ?? KEYS[provider].of(config);
}

/** That the runner has no key for a model's provider. */
export function missingKey(provider: KeyedProvider, model: string): AgentError {
  const { name, variable } = KEYS[provider];
  return new AgentError(
    "model-configuration",
    `The model '${model}' needs an API key of ${name}, and the runner has none.`,
    {
      remedies: [
        `Set ${variable} (or STIGMER_LLM_API_KEY with STIGMER_LLM_PROVIDER=${provider}) where the runner is started.`,
      ],
    },
  );
}
