import { readableFile } from "../parsers/files.ts";
import { anyText, decimalNumber, httpUrl, modelName } from "../parsers/parsers.ts";
import { optional, withDefault } from "../setting.ts";
import { secret } from "./secret.ts";

export const PROVIDERS = ["ollama", "anthropic", "openai", "scripted"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** Models: the default one, and what their providers need. */
export const model = {
  STIGMER_LLM_MODEL: optional(modelName, "The default model: `name` or `provider:name`.", {
    defaultNote: "qwen2.5-coder:7b (ollama), claude-sonnet-4.5 (anthropic), gpt-4o (openai)",
  }),
  STIGMER_LLM_BASE_URL: optional(
    httpUrl,
    "Base URL of the provider. For Anthropic and OpenAI an address of Ollama is ignored, whatever its host: one without a path that is the same as OLLAMA_BASE_URL, has port 11434 or a host named ollama, or where the server says so. With a path, such as http://ollama:11434/v1, it is used.",
  ),
  OLLAMA_BASE_URL: optional(httpUrl, "Where Ollama listens.", {
    defaultNote: "STIGMER_LLM_BASE_URL where the provider is Ollama, else http://localhost:11434",
  }),
  STIGMER_LLM_API_KEY: optional(anyText, "API key of the provider.", secret),
  ANTHROPIC_API_KEY: optional(anyText, "API key of Anthropic, where STIGMER_LLM_API_KEY is not set for it.", secret),
  OPENAI_API_KEY: optional(anyText, "API key of OpenAI, where STIGMER_LLM_API_KEY is not set for it.", secret),
  STIGMER_LLM_TEMPERATURE: withDefault(decimalNumber(0, 2), "0", "Sampling temperature; 0 is the most predictable."),
  STIGMER_LLM_SCRIPT: optional(
    readableFile,
    "YAML file that the provider `scripted` plays: no model, for demonstrations and tests.",
  ),
};
