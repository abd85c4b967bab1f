import { askOllamaModels, hasModel } from "../../providers/index.ts";
import { DEFAULT_MODELS } from "../../shared/known-models.ts";

const LIMIT_MS = 2_000;

/** Whether Ollama can be used as it is, and if not, what is missing. */
export type OllamaState = "usable" | "model-missing" | "unreachable";

/** @param baseUrl that of Ollama */
export async function askOllama(baseUrl: string, signal: AbortSignal): Promise<OllamaState> {
  try {
    const names = await askOllamaModels(baseUrl, { limitMs: LIMIT_MS, signal });
    if (typeof names === "number") return "unreachable";
    return hasModel(names, DEFAULT_MODELS.ollama) ? "usable" : "model-missing";
  } catch {
    return "unreachable";
  }
}
