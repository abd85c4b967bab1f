import { type BaseMessage, HumanMessage } from "@langchain/core/messages";

/** Where the agent library and the runner write who made a message that no user wrote. */
export const SOURCE = "lc_source";

/** Whether a user wrote a message: summaries and advice come as messages of a human too. */
export function isUsersMessage(message: BaseMessage): boolean {
  return HumanMessage.isInstance(message) && message.additional_kwargs[SOURCE] === undefined;
}
