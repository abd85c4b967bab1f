import { askOllamaModels, hasModel } from "../../providers/index.ts";
import { degraded, type HealthProblem } from "../../shared/health.ts";
import { shownUrl } from "./base-url.ts";

const ASK_LIMIT_MS = 2_000;

/**
 * Why a model of Ollama cannot be used. Nothing is loaded for the question.
 * @param url that of Ollama
 * @param role what the model is for
 */
export async function ollamaProblem(
  url: string,
  model: string,
  role: "default" | "fallback",
): Promise<HealthProblem | undefined> {
  const choose =
    role === "default"
      ? "Or choose another model with STIGMER_LLM_MODEL or STIGMER_LLM_PROVIDER."
      : "Or choose another model with STIGMER_LLM_FALLBACK_MODEL.";
  let models: readonly string[] | number;
  try {
    models = await askOllamaModels(url, { limitMs: ASK_LIMIT_MS });
  } catch {
    return degraded(`The ${role} model '${model}' needs Ollama, which is not reachable at ${shownUrl(url)}.`, [
      "Start it with `ollama serve`, or set OLLAMA_BASE_URL.",
      choose,
    ]);
  }
  if (typeof models === "number")
    return degraded(
      `The ${role} model '${model}' needs Ollama, but the server at ${shownUrl(url)} is not Ollama (${models}).`,
      ["Check OLLAMA_BASE_URL.", choose],
    );
  if (hasModel(models, model)) return undefined;
  return degraded(`Ollama at ${shownUrl(url)} has no model '${model}', which is the ${role} one.`, [
    `Get it with \`ollama pull ${model}\`.`,
    choose,
  ]);
}
