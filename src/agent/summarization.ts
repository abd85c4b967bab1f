import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { type BackendProtocolV2, createSummarizationMiddleware } from "deepagents";
import type { AgentMiddleware, createMiddleware } from "langchain";
import { asMiddleware } from "./as-middleware.ts";
import type { CallModel } from "./model/call-model.ts";
import { SUMMARY_TAG } from "./summary-tag.ts";

type Hooks = Parameters<typeof createMiddleware>[0];
type WrapModelCall = NonNullable<Hooks["wrapModelCall"]>;

/**
 * The library's own summarization, which begins at the size that the model's profile names. Its calls of the model are
 * tagged, so that a summary is not shown to the user as an answer of the agent.
 */
export function summarization(backend: BackendProtocolV2, callModel: CallModel): AgentMiddleware {
  const library = createSummarizationMiddleware({ backend });
  const wrapped = library.wrapModelCall as WrapModelCall;
  const wrapModelCall: WrapModelCall = async (request, handler) =>
    await wrapped({ ...request, model: tagged(request.model as BaseChatModel, callModel) }, (inner) =>
      handler({ ...inner, model: request.model }),
    );
  return asMiddleware({ ...library, wrapModelCall } as { readonly name: string });
}

/** The same model, whose calls are tagged. */
function tagged(model: BaseChatModel, callModel: CallModel): BaseChatModel {
  const invoke: BaseChatModel["invoke"] = async (input, options) =>
    (await callModel(async () =>
      model.invoke(input, { ...options, tags: [...(options?.tags ?? []), SUMMARY_TAG] }),
    )) as Awaited<ReturnType<BaseChatModel["invoke"]>>;
  return Object.create(model, { invoke: { value: invoke }, profile: { value: model.profile } }) as BaseChatModel;
}
