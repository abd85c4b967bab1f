import type { ExecutionOutcome } from "../executions/index.ts";
import { rfc3339 } from "../shared/time.ts";
import { type AgentExecutionStatus, type AgentMessage, ExecutionPhase, MessageType } from "../stigmer/index.ts";
import { closeOpenCalls } from "./calls.ts";
import { newMessage, type StatusState } from "./status-state.ts";

/** Shown in place of an answer if the model ended without one. */
const NO_ANSWER = "[The model ended without an answer.]";

/**
 * The final status of an execution. The reason of a failure is only in `error`: readers print it after the messages, and
 * a message with the same text would be printed before it. Of a cancelled execution they print the messages only, so the
 * reason is in both.
 */
export function finish(state: StatusState, outcome: ExecutionOutcome, at: Date): StatusState {
  const completedAt = rfc3339(at);
  if (outcome.phase === "completed") {
    const closed = closeOpenCalls(state, "the agent ended without a result of this call", at);
    const messages = answered(closed.status.messages, at);
    return {
      ...closed,
      status: { ...closed.status, messages, phase: ExecutionPhase.EXECUTION_COMPLETED, completedAt },
    };
  }
  const { phase, reason } = outcome;
  const closed = closeOpenCalls(state, phase === "failed" ? "the execution failed" : "the execution was cancelled", at);
  const ending =
    phase === "failed"
      ? { phase: ExecutionPhase.EXECUTION_FAILED }
      : { phase: ExecutionPhase.EXECUTION_CANCELLED, messages: endingWith(reason, closed.status.messages, at) };
  return { ...closed, status: { ...closed.status, ...ending, error: reason, completedAt } };
}

/** The messages, ending with one of the runner; an earlier attempt to end the execution may have added it. */
function endingWith(text: string, messages: readonly AgentMessage[], at: Date): AgentMessage[] {
  const last = messages.at(-1);
  const isThere = last?.type === MessageType.MESSAGE_SYSTEM && last.content === text;
  return isThere ? [...messages] : [...messages, newMessage(MessageType.MESSAGE_SYSTEM, text, at)];
}

/** The messages, ending with one of the model or of the runner. */
function answered(messages: readonly AgentMessage[], at: Date): AgentMessage[] {
  const last = messages.at(-1)?.type;
  const isAnswer = last === MessageType.MESSAGE_AI || last === MessageType.MESSAGE_SYSTEM;
  return isAnswer ? [...messages] : [...messages, newMessage(MessageType.MESSAGE_AI, NO_ANSWER, at)];
}

/** A final status as it was before the execution ended: the same messages, still in progress. */
export function beforeEnd(status: AgentExecutionStatus): AgentExecutionStatus {
  return { ...status, phase: ExecutionPhase.EXECUTION_IN_PROGRESS, error: "", completedAt: "" };
}

/** Whether both lists show the same texts. */
export function sameTexts(before: readonly AgentMessage[], after: readonly AgentMessage[]): boolean {
  if (before.length !== after.length) return false;
  return before.every((message, index) => {
    const other = after[index];
    return message === other || (message.type === other?.type && message.content === other.content);
  });
}
