import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { ModelConfig } from "../../config/index.ts";
import { unreachable } from "../../shared/errors.ts";
import { AgentError } from "../agent-error.ts";
import { defaultProvider, type ModelChoice } from "./model-choice.ts";

/** Further attempts of a call that failed for a reason that may pass. */
const MAX_RETRIES = 3;
const OLLAMA_URL = "http://localhost:11434";
/** Without it Ollama cuts the conversation after 4,096 tokens, tools and all, and says nothing. */
const OLLAMA_CONTEXT_TOKENS = 32_768;

/**
 * The client of a model. Providers' libraries are loaded when first needed: each costs memory and start-up time.
 * @throws AgentError `model-configuration` that names what is missing
 */
export async function createChatModel(config: ModelConfig, { provider, model }: ModelChoice): Promise<BaseChatModel> {
  const { maxTokens, temperature } = config;
  const own = defaultProvider(config) === provider;
  switch (provider) {
    case "ollama": {
      const { OllamaModel } = await import("./ollama-model.ts");
      const baseUrl = ollamaUrl(config);
      return new OllamaModel({ model, baseUrl, temperature, numPredict: maxTokens, numCtx: OLLAMA_CONTEXT_TOKENS });
    }
    case "anthropic": {
      const apiKey = requireKey(
        own ? config.apiKey : undefined,
        config.anthropicApiKey,
        model,
        "Anthropic",
        "ANTHROPIC_API_KEY",
      );
      const anthropicApiUrl = own ? foreignUrl(config.baseUrl) : undefined;
      const { ChatAnthropic } = await import("@langchain/anthropic");
      const url = anthropicApiUrl === undefined ? {} : { anthropicApiUrl };
      return new ChatAnthropic({ model, apiKey, maxTokens, temperature, maxRetries: MAX_RETRIES, ...url });
    }
    case "openai": {
      const apiKey = requireKey(
        own ? config.apiKey : undefined,
        config.openaiApiKey,
        model,
        "OpenAI",
        "OPENAI_API_KEY",
      );
      const baseURL = own ? foreignUrl(config.baseUrl) : undefined;
      const { ChatOpenAI } = await import("@langchain/openai");
      const configuration = baseURL === undefined ? {} : { configuration: { baseURL } };
      // Reasoning models refuse a temperature.
      const sampling = /^o\d/.test(model) ? {} : { temperature };
      return new ChatOpenAI({ model, apiKey, maxTokens, maxRetries: MAX_RETRIES, ...sampling, ...configuration });
    }
    case "scripted": {
      if (config.script === undefined) {
        throw new AgentError(
          "model-configuration",
          "The model 'scripted' plays a file, and none is set: set STIGMER_LLM_SCRIPT to a YAML script.",
        );
      }
      const { ScriptedModel } = await import("./scripted-model.ts");
      return await ScriptedModel.fromFile(config.script);
    }
    default:
      return unreachable(provider);
  }
}

/** Where Ollama is looked for. */
export function ollamaUrl(config: ModelConfig): string {
  const shared = defaultProvider(config) === "ollama" ? config.baseUrl : undefined;
  return config.ollamaBaseUrl ?? shared ?? OLLAMA_URL;
}

/**
 * Launchers set `STIGMER_LLM_BASE_URL` to Ollama's address whatever the provider is; only an address with a path, as of
 * an OpenAI-compatible endpoint (`…:11434/v1`), can be meant for somebody else.
 */
function foreignUrl(baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined) return undefined;
  const { port, pathname } = new URL(baseUrl);
  return port === "11434" && pathname === "/" ? undefined : baseUrl;
}

function requireKey(
  own: string | undefined,
  usual: string | undefined,
  model: string,
  name: string,
  variable: string,
): string {
  const key = own ?? usual;
  if (key !== undefined) return key;
  throw new AgentError(
    "model-configuration",
    `The model '${model}' needs an API key of ${name}, and the runner has none: set ${variable} (or STIGMER_LLM_API_KEY with STIGMER_LLM_PROVIDER=${name.toLowerCase()}) where the runner is started.`,
  );
}
