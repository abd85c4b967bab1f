import type { ModelProfile } from "@langchain/core/language_models/profile";
import { ChatOllama, type ChatOllamaInput } from "@langchain/ollama";
import { ollamaFetch } from "./ollama-fetch.ts";

/** The library counts four characters as a token; in code and numbers it is three. */
const TOKEN_SHARE = 3 / 4;

/** A model of Ollama that knows its context, so that conversations are summarized before Ollama would cut them. */
export class OllamaModel extends ChatOllama {
  readonly #contextTokens: number;
  readonly #answerTokens: number;

  constructor(input: ChatOllamaInput & { readonly numCtx: number; readonly numPredict: number }) {
    super({ ...input, fetch: ollamaFetch as typeof fetch });
    this.#contextTokens = input.numCtx;
    this.#answerTokens = input.numPredict;
  }

  /** The context must also have room for the answer. */
  override get profile(): ModelProfile {
    const tokens = Math.max(this.#contextTokens - this.#answerTokens, this.#contextTokens / 2);
    return { maxInputTokens: Math.floor(tokens * TOKEN_SHARE) };
  }
}
