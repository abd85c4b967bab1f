import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { ModelConfig } from "../../config/index.ts";
import { unreachable } from "../../shared/errors.ts";
import { apiKey, type KeyedProvider, missingKey } from "./api-keys.ts";
import { type BaseUrl, ollamaUrl } from "./base-url.ts";
import { defaultProvider, type ModelChoice } from "./model-choice.ts";
import { noScript } from "./script-errors.ts";

/** The runner itself repeats calls, for all providers alike: see call-model.ts. */
const CLIENT_RETRIES = 0;
/** Without it Ollama cuts the conversation after 4,096 tokens, tools and all, and says nothing. */
const OLLAMA_CONTEXT_TOKENS = 32_768;

/**
 * The client of a model. Providers' libraries are loaded when first needed: each costs memory and start-up time.
 * @throws AgentError `model-configuration` that names what is missing
 */
export async function createChatModel(
  config: ModelConfig,
  { provider, model }: ModelChoice,
  baseUrl: BaseUrl,
): Promise<BaseChatModel> {
  const { maxTokens, temperature } = config;
  const foreignUrl = async () => (defaultProvider(config) === provider ? await baseUrl.foreign() : undefined);
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
      const url = await foreignUrl();
      const { ChatAnthropic } = await import("@langchain/anthropic");
      const address = url === undefined ? {} : { anthropicApiUrl: url };
      return new ChatAnthropic({ model, apiKey: key, maxTokens, temperature, maxRetries: CLIENT_RETRIES, ...address });
    }
    case "openai": {
      const key = requireKey(config, provider, model);
      const url = await foreignUrl();
      const { openAiModel } = await import("./openai-model.ts");
      const address = url === undefined ? {} : { configuration: { baseURL: url } };
      // Reasoning models refuse a temperature.
      const sampling = /^o\d/.test(model) ? {} : { temperature };
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

function requireKey(config: ModelConfig, provider: KeyedProvider, model: string): string {
  const key = apiKey(config, provider);
  if (key === undefined) throw missingKey(provider, model);
  return key;
}
