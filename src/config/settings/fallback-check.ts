import type { ConfigProblem } from "../config-error.ts";
import { type Provider, parseModelName } from "./model-provider.ts";

interface ModelValues {
  readonly fallback?: string | undefined;
  readonly name?: string | undefined;
  readonly provider?: Provider | undefined;
  readonly apiKey?: string | undefined;
  readonly anthropicApiKey?: string | undefined;
  readonly openaiApiKey?: string | undefined;
  readonly script?: string | undefined;
}

/** What the fallback model needs and does not have: without the check it would be missed in an outage. */
export function fallbackProblem(values: ModelValues, otherwise: Provider): Omit<ConfigProblem, "variable"> | undefined {
  if (values.fallback === undefined) return undefined;
  const main = values.provider ?? providerOf(values.name, otherwise);
  const provider = providerOf(values.fallback, main);
  const shared = provider === main ? values.apiKey : undefined;
  switch (provider) {
    case "anthropic":
      return (shared ?? values.anthropicApiKey) === undefined ? missing("ANTHROPIC_API_KEY", "Anthropic") : undefined;
    case "openai":
      return (shared ?? values.openaiApiKey) === undefined ? missing("OPENAI_API_KEY", "OpenAI") : undefined;
    case "scripted":
      return values.script === undefined ? missing("STIGMER_LLM_SCRIPT", "a script") : undefined;
    case "ollama":
      return undefined;
  }
}

function missing(variable: string, owner: string): Omit<ConfigProblem, "variable"> {
  return {
    problem: `is a model of ${owner}, but ${variable} is not set`,
    allowed: "a model that the runner can use",
    remedy: `Set ${variable}, or choose another model.`,
  };
}

function providerOf(name: string | undefined, otherwise: Provider): Provider {
  const { named, implied } = parseModelName(name ?? "");
  return named ?? implied ?? otherwise;
}
