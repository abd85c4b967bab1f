import { DEFAULT_MODELS } from "../../shared/known-models.ts";
import type { OllamaState } from "./ollama.ts";

/** What a user can do who has no model, as lines of text. */
export function choices(ollama: Exclude<OllamaState, "usable">, ollamaUrl: string): readonly string[] {
  const pull = `\`ollama pull ${DEFAULT_MODELS.ollama}\``;
  const [lacking, remedy] =
    ollama === "unreachable"
      ? [`Ollama does not answer at ${ollamaUrl}`, `install and start it (https://ollama.com), then ${pull}`]
      : [`Ollama at ${ollamaUrl} lacks the model ${DEFAULT_MODELS.ollama}`, pull];
  return [
    `There is no model for the agents yet: ${lacking}, and there is no API key. One of these is enough:`,
    `  Ollama     ${remedy}`,
    "  Anthropic  set ANTHROPIC_API_KEY",
    "  OpenAI     set OPENAI_API_KEY",
    "  a script   set STIGMER_LLM_PROVIDER=scripted and STIGMER_LLM_SCRIPT=FILE: a file plays the model, to try it out",
  ];
}
