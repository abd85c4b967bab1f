import { ChatAnthropic } from "@langchain/anthropic";
import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import type { AIMessageChunk, BaseMessage, UsageMetadata } from "@langchain/core/messages";
import type { ChatGenerationChunk } from "@langchain/core/outputs";
import type { TokenUsage } from "../../shared/token-usage.ts";
import { noteBilled, usageOf } from "./answer-usage.ts";

/**
 * The library's client of Anthropic, with the usage as Anthropic counts it: the output tokens at the end of an answer include
 * those at its start, and the library adds the two. What an answer used that breaks off is noted on the error.
 */
export class AnthropicModel extends ChatAnthropic {
  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    run?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    let counted: TokenUsage | undefined;
    try {
      for await (const chunk of super._streamResponseChunks(messages, options, run)) {
        const message = chunk.message as AIMessageChunk;
        const usage = usageOf(message);
        if (usage !== undefined) {
          const before = counted?.outputTokens ?? 0;
          const outputTokens = Math.max(usage.outputTokens - before, 0);
          const corrected: UsageMetadata = {
            ...(message.usage_metadata as UsageMetadata | undefined),
            input_tokens: usage.inputTokens,
            output_tokens: outputTokens,
            total_tokens: usage.inputTokens + outputTokens,
          };
          Object.assign(message, { usage_metadata: corrected });
          counted = {
            inputTokens: (counted?.inputTokens ?? 0) + usage.inputTokens,
            cachedInputTokens: (counted?.cachedInputTokens ?? 0) + usage.cachedInputTokens,
            outputTokens: before + outputTokens,
          };
        }
        yield chunk;
      }
    } catch (error) {
      noteBilled(error, counted);
      throw error;
    }
  }
}
