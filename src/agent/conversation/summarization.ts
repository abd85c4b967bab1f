import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { BaseMessage } from "@langchain/core/messages";
import { type BackendProtocolV2, createSummarizationMiddleware } from "deepagents";
import type { AgentMiddleware } from "langchain";
import { asMiddleware, type WrapModelCall } from "../as-middleware.ts";
import { emit } from "../events/custom-events.ts";
import type { Attempt, CallModel } from "../model/call-model.ts";
import { requestBytes } from "../model/request-bytes.ts";
import { agentOf, nodeOf } from "../runtime.ts";
import { SummaryProgress } from "./summary-progress.ts";
import { SUMMARY_TAG } from "./summary-tag.ts";

type Invoke = BaseChatModel["invoke"];
type Input = Parameters<Invoke>[0];
type MakeCall = (call: (attempt: Attempt) => Promise<unknown>, input: Input) => ReturnType<CallModel>;

/**
 * The library's own summarization, which begins at the size that the model's profile names. Its calls of the model are
 * tagged, so that a summary is not shown to the user as an answer of the agent. A run that only repeats itself between two
 * summaries is ended.
 */
export function summarization(backend: BackendProtocolV2, callModel: CallModel): AgentMiddleware {
  const library = createSummarizationMiddleware({ backend });
  const wrapped = library.wrapModelCall as WrapModelCall;
  const progress = new SummaryProgress();
  const wrapModelCall: WrapModelCall = async (request, handler) => {
    const { runtime, state } = request;
    let summaries = 0;
    const makeCall: MakeCall = async (call, input) => {
      // If the conversation is still too long, the library summarizes more of it at once.
      if (summaries++ === 0) progress.require(nodeOf(runtime), state.messages);
      return await callModel(call, {
        caller: {
          agent: agentOf(runtime),
          purpose: "summary",
          bytes: () => requestBytes({ messages: messagesOf(input) }),
        },
        notify: (text) => emit(runtime, { type: "agent-runner-notice", text }),
      });
    };
    return await wrapped({ ...request, model: tagged(request.model as BaseChatModel, makeCall) }, (inner) =>
      handler({ ...inner, model: request.model }),
    );
  };
  return asMiddleware({ ...library, wrapModelCall } as { readonly name: string });
}

function messagesOf(input: Input): BaseMessage[] {
  return Array.isArray(input) ? input.filter((message) => BaseMessage.isInstance(message)) : [];
}

/** The same model, whose calls are tagged. */
function tagged(model: BaseChatModel, makeCall: MakeCall): BaseChatModel {
  const invoke: Invoke = async (input, options) => {
    const tags = [...(options?.tags ?? []), SUMMARY_TAG];
    const answer = await makeCall(
      async ({ client, isFallback }) => (isFallback ? client : model).invoke(input, { ...options, tags }),
      input,
    );
    return answer as Awaited<ReturnType<Invoke>>;
  };
  return Object.create(model, { invoke: { value: invoke }, profile: { value: model.profile } }) as BaseChatModel;
}
