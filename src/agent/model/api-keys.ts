import type { ModelConfig } from "../../config/index.ts";
import { KEYED, type KeyedProvider } from "../../providers/index.ts";
import { AgentError } from "../agent-error.ts";
import { defaultProvider } from "./model-choice.ts";

/** The key of a provider: `STIGMER_LLM_API_KEY` if it is the default provider, or else its own variable. */
export function apiKey(config: ModelConfig, provider: KeyedProvider): string | undefined {
  const own = provider === "anthropic" ? config.anthropicApiKey : config.openaiApiKey;
  return (defaultProvider(config) === provider ? config.apiKey : undefined) ?? own;
}

/** The error if the runner has no key for the provider of a model. */
export function missingKey(provider: KeyedProvider, model: string): AgentError {
  const { name, variable } = KEYED[provider];
  return new AgentError(
    "model-configuration",
    `The model '${model}' needs an API key of ${name}, and the runner has none.`,
    {
      remedies: [`Set ${variable} (or STIGMER_LLM_API_KEY with STIGMER_LLM_PROVIDER=${provider}) for the runner.`],
    },
  );
}
