import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { ModelConfig } from "../../config/index.ts";
import type { KeyedProvider } from "../../providers/index.ts";
import { unreachable } from "../../shared/errors.ts";
import { apiKey, missingKey } from "./api-keys.ts";
import { type BaseUrl, ollamaUrl } from "./base-url.ts";
import { defaultProvider, type ModelChoice } from "./model-choice.ts";
import { OLLAMA_CONTEXT_TOKENS } from "./ollama-context.ts";
import { noScript } from "./script-errors.ts";

/** The runner itself retries calls, in the same way for all providers: see call-model.ts. */
const CLIENT_RETRIES = 0;

/**
 * Creates the client of a model. The library of a provider is loaded when it is first needed: each costs memory and time.
 * @throws AgentError `model-configuration` that says what is missing
 */
export async function createChatModel(
  config: ModelConfig,
  { provider, model }: ModelChoice,
  baseUrl: BaseUrl,
): Promise<BaseChatModel> {
  const { maxTokens, temperature } = config;
  const providerUrl = async () => (defaultProvider(config) === provider ? await baseUrl.resolve() : undefined);
  switch (provider) {
    case "ollama": {
      const { OllamaModel } = await import("./ollama-model.ts");
      const url = ollamaUrl(config);
      return new OllamaModel({
        model,
        baseUrl: url,
        temperature,
        numPredict: maxTokens,
        numCtx: OLLAMA_CONTEXT_TOKENS,
      });
    }
    case "anthropic": {
      const key = requireKey(config, provider, model);
      const url = await providerUrl();
      const { AnthropicModel } = await import("./anthropic-model.ts");
      const address = url === undefined ? {} : { anthropicApiUrl: url };
      return new AnthropicModel({ model, apiKey: key, maxTokens, temperature, maxRetries: CLIENT_RETRIES, ...address });
    }
    case "openai": {
      const key = requireKey(config, provider, model);
      const url = await providerUrl();
      const { openAiModel } = await import("./openai-model.ts");
      const address = url === undefined ? {} : { configuration: { baseURL: url } };
      const sampling = isReasoningModel(model) ? {} : { temperature };
      return openAiModel({ model, apiKey: key, maxTokens, maxRetries: CLIENT_RETRIES, ...sampling, ...address });
    }
    case "scripted": {
      if (config.script === undefined) throw noScript();
      const { ScriptedModel } = await import("./scripted-model.ts");
      return await ScriptedModel.fromFile(config.script);
    }
    default:
      return unreachable(provider);
  }
}

/** OpenAI's reasoning models refuse a temperature: the o series, and gpt-5 and later ones but for their chat variants. */
function isReasoningModel(model: string): boolean {
  const generation = Number(/^gpt-(\d+)(?!.*-chat)/.exec(model)?.[1] ?? 0);
  return /^o\d/.test(model) || generation >= 5;
}

function requireKey(config: ModelConfig, provider: KeyedProvider, model: string): string {
  const key = apiKey(config, provider);
  if (key === undefined) throw missingKey(provider, model);
  return key;
}
