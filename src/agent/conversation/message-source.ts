import { type BaseMessage, HumanMessage } from "@langchain/core/messages";

/** The field in which the agent library and the runner name the author of a message that no user wrote. */
export const SOURCE = "lc_source";

/** Whether a user wrote a message: summaries and advice are human messages too. */
export function isFromUser(message: BaseMessage): boolean {
  return HumanMessage.isInstance(message) && message.additional_kwargs[SOURCE] === undefined;
}
