import * as v from "valibot";
import { boundedFetch } from "../shared/bounded-fetch.ts";
import { parseJson } from "../shared/parse-json.ts";

interface OllamaQuestion {
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
}

const TAGS = v.object({ models: v.array(v.unknown()) });
const NAMED = v.object({ name: v.string() });

/**
 * The names of the models that Ollama has.
 * @param baseUrl that of Ollama
 * @returns the status of the answer instead, if what answers is not Ollama
 * @throws the error of the request
 */
export async function askOllamaModels(baseUrl: string, question: OllamaQuestion): Promise<readonly string[] | number> {
  const { status, text } = await boundedFetch(`${baseUrl.replace(/\/+$/, "")}/api/tags`, question);
  const tags = status === 200 ? v.safeParse(TAGS, parseJson(text)) : undefined;
  if (tags?.success !== true) return status;
  return tags.output.models.flatMap((model) => (v.is(NAMED, model) ? [model.name] : []));
}

/** Whether a model is among the names that Ollama lists: it takes names in any case, and without `:latest`. */
export function hasModel(names: readonly string[], model: string): boolean {
  const wanted = model.toLowerCase();
  return names.some((name) => [wanted, `${wanted}:latest`].includes(name.toLowerCase()));
}

interface OllamaModelInfo {
  /** The longest conversation that the model was made for, in tokens; absent if it is not known. */
  readonly contextTokens?: number | undefined;
  /** What it can do, such as `tools`; absent if it is not known. */
  readonly capabilities?: readonly string[] | undefined;
}

const SHOWN = v.object({
  model_info: v.optional(v.record(v.string(), v.unknown()), {}),
  capabilities: v.optional(v.array(v.string())),
});

/** What Ollama knows of a model. Nothing is loaded for it. @throws the error of the request */
export async function askOllamaModel(
  baseUrl: string,
  model: string,
  question: OllamaQuestion,
): Promise<OllamaModelInfo> {
  const { text } = await boundedFetch(`${baseUrl.replace(/\/+$/, "")}/api/show`, {
    ...question,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model }),
  });
  const shown = v.safeParse(SHOWN, parseJson(text));
  if (!shown.success) return {};
  const { model_info: info, capabilities } = shown.output;
  const [, length] = Object.entries(info).find(([name]) => name.endsWith(".context_length")) ?? [];
  return { capabilities, contextTokens: typeof length === "number" ? length : undefined };
}
