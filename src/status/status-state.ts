import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { rfc3339 } from "../shared/time.ts";
import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  type AgentMessage,
  AgentMessageSchema,
  ExecutionPhase,
  MessageType,
} from "../stigmer/index.ts";

/** Whether a message of the model is shown when it is complete, or while it grows. */
export type Streaming = "messages" | "tokens";

/** The status of an execution and what the reducer needs besides. Immutable. */
export interface StatusState {
  readonly status: AgentExecutionStatus;
  readonly streaming: Streaming;
  /** Indices of growing messages, by the id of the model's turn. */
  readonly growing: ReadonlyMap<string, number>;
  /** White space received in turns that have no message yet, by turn id. */
  readonly blank: ReadonlyMap<string, string>;
  /** The model's id of each call, by the id that the status shows. */
  readonly modelIds: ReadonlyMap<string, string>;
}

/** The state of an execution that has just begun: its only message is the user's. */
export function initialState(message: string, streaming: Streaming, at: Date): StatusState {
  const status = create(AgentExecutionStatusSchema, {
    phase: ExecutionPhase.EXECUTION_IN_PROGRESS,
    startedAt: rfc3339(at),
    messages: [newMessage(MessageType.MESSAGE_HUMAN, message, at)],
  });
  return { status, streaming, growing: new Map(), blank: new Map(), modelIds: new Map() };
}

/** The state of an execution whose status alone is known: no message grows, and calls have the ids that are shown. */
export function stateOf(status: AgentExecutionStatus): StatusState {
  const modelIds = new Map(status.toolCalls.map(({ id }) => [id, id]));
  return { status, streaming: "messages", growing: new Map(), blank: new Map(), modelIds };
}

/** The state with a changed status. */
export function withStatus(state: StatusState, change: Partial<AgentExecutionStatus>): StatusState {
  return { ...state, status: { ...state.status, ...change } };
}

export function newMessage(
  type: MessageType,
  content: string,
  at: Date,
  more: Omit<MessageInitShape<typeof AgentMessageSchema>, "type" | "content" | "timestamp" | "$typeName"> = {},
): AgentMessage {
  return create(AgentMessageSchema, { type, content, timestamp: rfc3339(at), ...more });
}
