import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { BaseMessage } from "@langchain/core/messages";
import { type BackendProtocolV2, createSummarizationMiddleware } from "deepagents";
import type { AgentMiddleware } from "langchain";
import { causeOf } from "../../shared/errors.ts";
import { asMiddleware, type WrapModelCall } from "../as-middleware.ts";
import { emit } from "../events/custom-events.ts";
import type { Attempt, CallModel } from "../model/call-model.ts";
import { requestBytes } from "../model/request-bytes.ts";
import { SmallerContext } from "../model/smaller-context.ts";
import type { FitPrompt } from "../prompt/skills-section.ts";
import { nodeOf } from "../runtime.ts";
import { type KeepWhole, withPlaces } from "./shortened-results.ts";
import { SummaryProgress } from "./summary-progress.ts";
import { SUMMARY_TAG } from "./summary-tag.ts";

type Invoke = BaseChatModel["invoke"];
type Input = Parameters<Invoke>[0];
type MakeCall = (call: (attempt: Attempt) => Promise<unknown>, input: Input) => ReturnType<CallModel>;

interface SummaryOptions {
  /** Where conversations are kept. */
  readonly backend: BackendProtocolV2;
  readonly callModel: CallModel;
  /** The model that is used now. */
  readonly activeModel: () => BaseChatModel;
  /** Keeps results that the library shortens. */
  readonly keepWhole: KeepWhole;
  /** For a model that took over. */
  readonly fitPrompt: FitPrompt;
}

/**
 * The library's own summarization, which begins at the size that the model's profile names. Its calls of the model are
 * tagged, so that a summary is not shown to the user as an answer of the agent. A run that only repeats itself between two
 * summaries is ended.
 */
export function summarization(options: SummaryOptions): AgentMiddleware {
  const { backend, callModel, activeModel: active, keepWhole, fitPrompt } = options;
  // The library keeps what it once derived from a model's profile: each model needs an instance of its own.
  const ofModels = new Map<BaseChatModel, ReturnType<typeof createSummarizationMiddleware>>();
  const libraryFor = (model: BaseChatModel) => {
    const known = ofModels.get(model);
    if (known !== undefined) return known;
    const made = createSummarizationMiddleware({ backend, ...summaryLimit(model) });
    ofModels.set(model, made);
    return made;
  };
  const progress = new SummaryProgress();
  const wrapModelCall: WrapModelCall = async (request, handler) => {
    const { runtime, state } = request;
    const notify = (text: string) => emit(runtime, { type: "agent-runner-notice", text });
    let summaries = 0;
    const makeCall: MakeCall = async (call, input) => {
      // If the conversation is still too long, the library summarizes more of it at once.
      if (summaries++ === 0) progress.require(nodeOf(runtime), state.messages);
      return await callModel(call, {
        caller: {
          node: nodeOf(runtime),
          purpose: "summary",
          bytes: () => requestBytes({ messages: messagesOf(input) }),
        },
        notify,
      });
    };
    for (;;) {
      const model = active();
      const wrapped = libraryFor(model).wrapModelCall as WrapModelCall;
      try {
        const systemMessage = fitPrompt(request.systemMessage, model, notify);
        return await wrapped({ ...request, systemMessage, model: tagged(model, makeCall) }, async (inner) => {
          const messages = await withPlaces(inner.messages, request.messages, keepWhole);
          return await handler({ ...inner, messages, model: request.model });
        });
      } catch (error) {
        // The conversation is shortened again, now for the model that took over.
        if (causeOf(error, SmallerContext) === undefined || active() === model) throw error;
      }
    }
  };
  return asMiddleware({ ...libraryFor(active()), wrapModelCall } as { readonly name: string });
}

/** What is summarized has to fit into the context too: of a longer conversation the latest part is taken. */
function summaryLimit({ profile }: BaseChatModel): { trimTokensToSummarize?: number } {
  return profile?.maxInputTokens === undefined ? {} : { trimTokensToSummarize: profile.maxInputTokens };
}

function messagesOf(input: Input): BaseMessage[] {
  return Array.isArray(input) ? input.filter((message) => BaseMessage.isInstance(message)) : [];
}

/** The same model, whose calls are tagged. */
function tagged(model: BaseChatModel, makeCall: MakeCall): BaseChatModel {
  const invoke: Invoke = async (input, options) => {
    const tags = [...(options?.tags ?? []), SUMMARY_TAG];
    const answer = await makeCall(async ({ client }) => client.invoke(input, { ...options, tags }), input);
    return answer as Awaited<ReturnType<Invoke>>;
  };
  return Object.create(model, { invoke: { value: invoke }, profile: { value: model.profile } }) as BaseChatModel;
}
