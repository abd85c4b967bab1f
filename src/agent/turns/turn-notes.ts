import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { isFromUser } from "../conversation/message-source.ts";

/** The field of an answer in which the runner notes what is wrong with it. */
const NOTES = "agent_runner";

/** A call that is not executed. */
export interface Rejection {
  readonly callId: string;
  /** For the user, short. */
  readonly why: string;
  /** For the model: what to do instead. */
  readonly advice: string;
}

interface TurnNotes {
  /** The answer was cut off: none of its calls is executed. */
  readonly cut: boolean;
  /** The rejected calls. Stored messages use this older name. */
  readonly refusals: readonly Rejection[];
}

export function withTurnNotes(
  kwargs: AIMessage["additional_kwargs"],
  notes: TurnNotes,
): AIMessage["additional_kwargs"] {
  return { ...kwargs, [NOTES]: notes };
}

function notesOf(message: AIMessage): TurnNotes | undefined {
  return message.additional_kwargs[NOTES] as TurnNotes | undefined;
}

/** The calls of an answer that are not executed. */
export function rejectionsOf(message: AIMessage): readonly Rejection[] {
  return notesOf(message)?.refusals ?? [];
}

/** Why a call of the last answer is not executed; `undefined` if it is. */
export function rejectionOf(messages: readonly BaseMessage[], callId: string): Rejection | undefined {
  const answer = messages.findLast((message) => AIMessage.isInstance(message));
  return answer && rejectionsOf(answer).find((rejection) => rejection.callId === callId);
}

/** How many answers in a row, up to the last one, were cut off since the user's message. */
export function cutsInARow(messages: readonly BaseMessage[]): number {
  const answers = messages.slice(messages.findLastIndex(isFromUser) + 1).filter((one) => AIMessage.isInstance(one));
  const whole = answers.findLastIndex((answer) => notesOf(answer)?.cut !== true);
  return answers.length - 1 - whole;
}
