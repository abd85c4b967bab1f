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

/** When a message of the model is shown: when it is complete, or while it grows. */
export type Streaming = "messages" | "tokens";

/** The status of an execution, and what is needed to go on from it. Never changed in place. */
export interface StatusState {
  readonly status: AgentExecutionStatus;
  readonly streaming: Streaming;
  /** Where the messages that still grow stand, by the id of the model's turn. */
  readonly growing: ReadonlyMap<string, number>;
  /** What was said in turns that have no message yet, by their ids: spaces and line ends only. */
  readonly blank: ReadonlyMap<string, string>;
  /** The model's id of each call, by the id under which the status shows it. */
  readonly modelIds: ReadonlyMap<string, string>;
}

/** An execution that has just begun: its only message is the user's. */
export function begin(message: string, streaming: Streaming, at: Date): StatusState {
  const status = create(AgentExecutionStatusSchema, {
    phase: ExecutionPhase.EXECUTION_IN_PROGRESS,
    startedAt: rfc3339(at),
    messages: [newMessage(MessageType.MESSAGE_HUMAN, message, at)],
  });
  return { status, streaming, growing: new Map(), blank: new Map(), modelIds: new Map() };
}

export function newMessage(
  type: MessageType,
  content: string,
  at: Date,
  more: Omit<MessageInitShape<typeof AgentMessageSchema>, "type" | "content" | "timestamp" | "$typeName"> = {},
): AgentMessage {
  return create(AgentMessageSchema, { type, content, timestamp: rfc3339(at), ...more });
}
