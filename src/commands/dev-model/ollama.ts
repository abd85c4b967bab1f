import { DEFAULT_MODELS } from "../../shared/known-models.ts";

const LIMIT_MS = 2_000;

/** Whether Ollama can be used as it is, and if not, what is missing. */
export type OllamaState = "usable" | "model-missing" | "unreachable";

/** @param baseUrl that of Ollama */
export async function askOllama(baseUrl: string, signal: AbortSignal): Promise<OllamaState> {
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
    const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/api/tags`, { signal: limit });
    if (!response.ok) return "unreachable";
    const { models = [] } = (await response.json()) as { models?: readonly { readonly name?: string }[] };
    return models.some(({ name }) => name === DEFAULT_MODELS.ollama) ? "usable" : "model-missing";
  } catch {
    return "unreachable";
  }
}
