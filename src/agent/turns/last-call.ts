import { HumanMessage } from "@langchain/core/messages";
import { SOURCE } from "../conversation/message-source.ts";

/** Tells the agent to conclude. It is sent with one call and is not kept in the thread. */
export function lastCallAdvice(): HumanMessage {
  return new HumanMessage({
    content:
      "[Runner] This is your last answer in this execution: its budget is almost used up. Do not call any tools. Say what you found, what is done, and what is missing.",
    additional_kwargs: { [SOURCE]: "budget" },
  });
}
