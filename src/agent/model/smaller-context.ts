import type { BaseChatModel } from "@langchain/core/language_models/chat_models";

/** The agent library counts four characters as a token, and so do the profiles of models. */
const BYTES_PER_TOKEN = 4;

/**
 * The model that took over in the middle of a call has a smaller context than the conversation needs. The conversation has
 * to be shortened as for that model, and the call made again.
 */
export class SmallerContext extends Error {
  override readonly name = "SmallerContext";

  constructor() {
    super("the conversation is too long for the model that took over");
  }
}

/** @throws SmallerContext if so many bytes do not fit into the model's context, as far as its size is known */
export function requireRoom({ profile }: Pick<BaseChatModel, "profile">, bytes: number): void {
  const { maxInputTokens } = profile ?? {};
  if (maxInputTokens !== undefined && bytes / BYTES_PER_TOKEN > maxInputTokens) throw new SmallerContext();
}
