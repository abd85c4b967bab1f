import type { ModelProfile } from "@langchain/core/language_models/profile";
import { ChatOllama, type ChatOllamaInput } from "@langchain/ollama";
import { ollamaFetch } from "./ollama-fetch.ts";

/** The library takes four characters for a token; in code and numbers they are three. */
const TOKEN_SHARE = 3 / 4;

/** A model of Ollama whose context is known: conversations are summarized before Ollama would cut them. */
export class OllamaModel extends ChatOllama {
  readonly #contextTokens: number;
  readonly #answerTokens: number;

  constructor(input: ChatOllamaInput & { readonly numCtx: number; readonly numPredict: number }) {
    super({ ...input, fetch: ollamaFetch as typeof fetch });
    this.#contextTokens = input.numCtx;
    this.#answerTokens = input.numPredict;
  }

  /** The context holds the answer too. */
  override get profile(): ModelProfile {
    const tokens = Math.max(this.#contextTokens - this.#answerTokens, this.#contextTokens / 2);
    return { maxInputTokens: Math.floor(tokens * TOKEN_SHARE) };
  }
}
