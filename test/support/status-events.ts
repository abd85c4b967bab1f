/** Events of an agent, and the status that follows from them. */
import type { AgentEvent, RequestedCall } from "../../src/agent/index.ts";
import { reduce } from "../../src/status/reducer.ts";
import { initialState, type StatusState, type Streaming } from "../../src/status/status-state.ts";
import { MessageType } from "../../src/stigmer/index.ts";

export const at = new Date("2026-01-19T10:00:00.000Z");
export const later = new Date("2026-01-19T10:00:05.000Z");
export const main = { actor: { kind: "main" }, at } as const;

export const turn = (turnId: string, text: string, ...calls: RequestedCall[]): AgentEvent => ({
  ...main,
  type: "turn",
  turnId,
  text,
  calls,
});
export const text = (turnId: string, piece: string): AgentEvent => ({ ...main, type: "text", turnId, text: piece });
export const call = (id: string, name = "ls", args: RequestedCall["args"] = { path: "/" }): RequestedCall => ({
  id,
  name,
  args,
});
export const started = (callId: string): AgentEvent => ({ ...main, type: "tool-started", callId });
export const ended = (callId: string, result: string, failure?: string): AgentEvent => ({
  ...main,
  at: later,
  type: "tool-ended",
  callId,
  result,
  ...(failure === undefined ? {} : { failure }),
});

/** The status of an execution after these events. */
export function statusAfter(events: readonly AgentEvent[], streaming: Streaming = "messages") {
  return events.reduce<StatusState>(reduce, initialState("Hello", streaming, at)).status;
}

export const kindsOf = (status: ReturnType<typeof statusAfter>) => status.messages.map(({ type }) => MessageType[type]);
export const textsOf = (status: ReturnType<typeof statusAfter>) => status.messages.map(({ content }) => content);
