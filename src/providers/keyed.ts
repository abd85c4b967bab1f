import { boundedFetch } from "../shared/bounded-fetch.ts";

/** The providers that need a key. */
export const KEYED = {
  anthropic: { name: "Anthropic", variable: "ANTHROPIC_API_KEY", url: "https://api.anthropic.com" },
  openai: { name: "OpenAI", variable: "OPENAI_API_KEY", url: "https://api.openai.com/v1" },
} as const;

export type KeyedProvider = keyof typeof KEYED;

export interface ModelsQuestion {
  readonly key: string;
  /** Another address of the provider; absent: its own. */
  readonly baseUrl?: string | undefined;
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** The model to ask for; absent: the list of them. */
  readonly model?: string | undefined;
  /** How many models Anthropic lists. */
  readonly limit?: number | undefined;
}

/** Asks a provider for a model or for its list of models. @throws the error of the request */
export async function askModels(
  provider: KeyedProvider,
  question: ModelsQuestion,
): Promise<{ readonly status: number; readonly text: string }> {
  const { key, limitMs, signal } = question;
  const headers: Record<string, string> =
    provider === "anthropic"
      ? { "x-api-key": key, "anthropic-version": "2023-06-01" }
      : { authorization: `Bearer ${key}` };
  // A redirect could lead the key elsewhere.
  return await boundedFetch(modelsUrl(provider, question), { headers, limitMs, signal, redirect: "error" });
}

/** Anthropic's clients add the version to their base URL, OpenAI's have it in there. */
export function modelsUrl(
  provider: KeyedProvider,
  { baseUrl = KEYED[provider].url, model, limit }: Pick<ModelsQuestion, "baseUrl" | "model" | "limit">,
): string {
  const base = baseUrl.replace(/\/+$/, "");
  const models = provider === "anthropic" ? `${base}/v1/models` : `${base}/models`;
  if (model !== undefined) return `${models}/${encodeURIComponent(model)}`;
  return provider === "anthropic" && limit !== undefined ? `${models}?limit=${limit}` : models;
}
