import type { CallbackManagerForLLMRun } from "@langchain/core/callbacks/manager";
import type { BaseMessage } from "@langchain/core/messages";
import type { ChatGenerationChunk } from "@langchain/core/outputs";
import { ChatOpenAI, ChatOpenAICompletions, ChatOpenAIResponses } from "@langchain/openai";
import { imagesAfterResults } from "./images-of-tools.ts";
import { ModelStreamError } from "./model-stream-error.ts";

type Fields = NonNullable<ConstructorParameters<typeof ChatOpenAI>[0]> & { readonly model: string };
type ConvertDelta = ChatOpenAICompletions["_convertCompletionsDeltaToBaseMessageChunk"];

/**
 * The library's client of OpenAI, with the reason why an answer ended, which it loses. Only its two parts are replaced: the
 * library creates further instances of the client itself.
 */
export function openAiModel(fields: Fields): ChatOpenAI {
  return new ChatOpenAI({ ...fields, completions: new Completions(fields), responses: new Responses(fields) });
}

/** The Chat Completions API, with images of results, and the stop reason and a refusal on the message. */
class Completions extends ChatOpenAICompletions {
  override async *_streamResponseChunks(
    messages: BaseMessage[],
    options: this["ParsedCallOptions"],
    run?: CallbackManagerForLLMRun,
  ): AsyncGenerator<ChatGenerationChunk> {
    let ended = false;
    for await (const chunk of super._streamResponseChunks(imagesAfterResults(messages), options, run)) {
      const reason: unknown = chunk.generationInfo?.["finish_reason"];
      // Some servers send it in several chunks, and the library would concatenate them.
      if (typeof reason === "string" && !ended) {
        chunk.message.response_metadata = { ...chunk.message.response_metadata, finish_reason: reason };
        ended = true;
      }
      yield chunk;
    }
  }

  /** Some servers send another role: it is an answer of the model all the same. */
  protected override _convertCompletionsDeltaToBaseMessageChunk(
    ...[delta, response]: Parameters<ConvertDelta>
  ): ReturnType<ConvertDelta> {
    const message = super._convertCompletionsDeltaToBaseMessageChunk(
      { ...delta, role: "assistant" },
      response,
      "assistant",
    );
    const refusal: unknown = delta["refusal"];
    if (typeof refusal === "string") message.additional_kwargs = { ...message.additional_kwargs, refusal };
    return message;
  }
}

/** The Responses API, with its `response.failed` event, which the library ignores. */
class Responses extends ChatOpenAIResponses {
  override async completionWithRetry(
    request: never,
    options?: Parameters<ChatOpenAIResponses["completionWithRetry"]>[1],
  ): Promise<never> {
    const events = await super.completionWithRetry(request, options);
    return throwFailures(events as AsyncIterable<unknown>) as never;
  }
}

async function* throwFailures(events: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  for await (const event of events) {
    const { type, response } = event as { type?: unknown; response?: { error?: { code?: string; message?: string } } };
    if (type === "response.failed") {
      const { code = "failed", message = "no reason given" } = response?.error ?? {};
      throw new ModelStreamError("error", `${code}: ${message}`);
    }
    yield event;
  }
}
