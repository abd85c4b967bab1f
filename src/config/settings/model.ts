import { group, type PartOf } from "../group.ts";
import { httpUrl } from "../parsers/addresses.ts";
import { decimalNumber, wholeNumber } from "../parsers/numbers.ts";
import { readableFile } from "../parsers/paths.ts";
import { anyText, modelName, oneOf } from "../parsers/words.ts";
import { setting } from "../setting.ts";
import { fallbackProblem } from "./fallback-check.ts";
import { PROVIDERS, type Provider } from "./model-provider.ts";

/** The default model, and what providers need. Each execution's own model decides which of it is used. */
export function model(defaults: { readonly provider: Provider; readonly maxTokens: string }) {
  return group(
    {
      /** The provider of the default model. */
      provider: setting({
        name: "STIGMER_LLM_PROVIDER",
        parser: oneOf(PROVIDERS),
        defaultNote: `the provider that STIGMER_LLM_MODEL implies, else ${defaults.provider}`,
        description: "Provider of the default model.",
      }),
      /** Maximum length of an answer, in tokens. */
      maxTokens: setting({
        name: "STIGMER_LLM_MAX_TOKENS",
        parser: wholeNumber(1, 1_000_000),
        default: defaults.maxTokens,
        description:
          "Maximum length of an answer, in tokens. If an answer is cut off, none of its tool calls is executed.",
      }),
      /** The default model: `name` or `provider:name`. */
      name: setting({
        name: "STIGMER_LLM_MODEL",
        parser: modelName,
        defaultNote: "qwen2.5-coder:7b (ollama), claude-sonnet-4.5 (anthropic), gpt-4o (openai)",
        description: "The default model: `name` or `provider:name`.",
      }),
      /** The model that takes over when another one is unavailable: `name` or `provider:name`. */
      fallback: setting({
        name: "STIGMER_LLM_FALLBACK_MODEL",
        parser: modelName,
        description:
          "The model that takes over if the model of an execution is overloaded, limits the rate for more than 10 s, is out of quota, cannot be reached, is unknown or breaks off every answer: `name` or `provider:name`.",
      }),
      /** Base URL of the default model's provider. */
      baseUrl: setting({
        name: "STIGMER_LLM_BASE_URL",
        parser: httpUrl,
        description:
          "Base URL of the provider. For Anthropic and OpenAI an address of Ollama is ignored. An address without a path is taken for Ollama's if it equals OLLAMA_BASE_URL, has port 11434 or the host `ollama`, or if the server says that it is Ollama. An address with a path, such as http://ollama:11434/v1, is used.",
      }),
      ollamaBaseUrl: setting({
        name: "OLLAMA_BASE_URL",
        parser: httpUrl,
        defaultNote: "STIGMER_LLM_BASE_URL if the provider is Ollama, else http://localhost:11434",
        description: "Base URL of Ollama.",
      }),
      /** API key of the default model's provider. */
      apiKey: setting({
        name: "STIGMER_LLM_API_KEY",
        parser: anyText,
        secret: true,
        description: "API key of the provider.",
      }),
      anthropicApiKey: setting({
        name: "ANTHROPIC_API_KEY",
        parser: anyText,
        secret: true,
        description: "API key of Anthropic, unless STIGMER_LLM_API_KEY is set for it.",
      }),
      openaiApiKey: setting({
        name: "OPENAI_API_KEY",
        parser: anyText,
        secret: true,
        description: "API key of OpenAI, unless STIGMER_LLM_API_KEY is set for it.",
      }),
      temperature: setting({
        name: "STIGMER_LLM_TEMPERATURE",
        parser: decimalNumber(0, 2),
        default: "0",
        description: "Sampling temperature; 0 is the most predictable.",
      }),
      /** Absolute path. */
      script: setting({
        name: "STIGMER_LLM_SCRIPT",
        parser: readableFile,
        description:
          "YAML file with the answers of the provider `scripted`, which needs no model: for demonstrations and tests.",
      }),
    },
    {
      check({ values, isInvalid, report }) {
        const problem = isInvalid("fallback") ? undefined : fallbackProblem(values, defaults.provider);
        if (problem !== undefined) report("fallback", problem);
        if (values.provider !== "scripted" || values.script !== undefined || isInvalid("script")) return;
        report("script", {
          problem: "is not set although STIGMER_LLM_PROVIDER is scripted",
          allowed: "the path of a YAML script",
          remedy: "Set it, or choose a real provider.",
        });
      },
      resolve: (values) => ({
        ...values,
        /** Used if neither the provider nor the model's name says which one. */
        defaultProvider: defaults.provider,
      }),
    },
  );
}

export type ModelConfig = PartOf<ReturnType<typeof model>>;
