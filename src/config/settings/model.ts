import { group, type PartOf } from "../group.ts";
import { httpUrl } from "../parsers/addresses.ts";
import { decimalNumber, wholeNumber } from "../parsers/numbers.ts";
import { readableFile } from "../parsers/paths.ts";
import { anyText, modelName, oneOf } from "../parsers/words.ts";
import { setting } from "../setting.ts";

export const PROVIDERS = ["ollama", "anthropic", "openai", "scripted"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Models: the default one, and what their providers need. The model that an execution asks for decides what is used. */
export function model(defaults: { readonly provider: Provider; readonly maxTokens: string }) {
  return group(
    {
      /** The provider of the default model. */
      provider: setting({
        name: "STIGMER_LLM_PROVIDER",
        parser: oneOf(PROVIDERS),
        defaultNote: `what STIGMER_LLM_MODEL's name tells, else ${defaults.provider}`,
        description: "Provider of the default model.",
      }),
      /** Longest answer, in tokens. */
      maxTokens: setting({
        name: "STIGMER_LLM_MAX_TOKENS",
        parser: wholeNumber(1, 1_000_000),
        default: defaults.maxTokens,
        description: "Longest answer, in tokens. Of an answer that it cuts off no tool call is executed.",
      }),
      /** The default model: `name` or `provider:name`. */
      name: setting({
        name: "STIGMER_LLM_MODEL",
        parser: modelName,
        defaultNote: "qwen2.5-coder:7b (ollama), claude-sonnet-4.5 (anthropic), gpt-4o (openai)",
        description: "The default model: `name` or `provider:name`.",
      }),
      /** Of the default model's provider. */
      baseUrl: setting({
        name: "STIGMER_LLM_BASE_URL",
        parser: httpUrl,
        description:
          "Base URL of the provider. For Anthropic and OpenAI an address of Ollama is ignored, whatever its host: one without a path that is the same as OLLAMA_BASE_URL, has port 11434 or a host named ollama, or where the server says so. With a path, such as http://ollama:11434/v1, it is used.",
      }),
      ollamaBaseUrl: setting({
        name: "OLLAMA_BASE_URL",
        parser: httpUrl,
        defaultNote: "STIGMER_LLM_BASE_URL where the provider is Ollama, else http://localhost:11434",
        description: "Where Ollama listens.",
      }),
      /** Of the default model's provider. */
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
        description: "API key of Anthropic, where STIGMER_LLM_API_KEY is not set for it.",
      }),
      openaiApiKey: setting({
        name: "OPENAI_API_KEY",
        parser: anyText,
        secret: true,
        description: "API key of OpenAI, where STIGMER_LLM_API_KEY is not set for it.",
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
        description: "YAML file that the provider `scripted` plays: no model, for demonstrations and tests.",
      }),
    },
    {
      check({ values, isInvalid, report }) {
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
