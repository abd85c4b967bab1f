import type { AgentEvent } from "../agent/index.ts";
import { unreachable } from "../shared/errors.ts";
import { TASK_TOOL } from "../shared/sub-agents.ts";
import { type AgentMessage, MessageType } from "../stigmer/index.ts";
import { callMessage, endCall, newCall, startCall } from "./calls.ts";
import { newMessage, type StatusState, withStatus } from "./status-state.ts";
import { actorIn, newSubAgent } from "./sub-agents.ts";
import { todoMap } from "./todo-map.ts";
import { answerMetadata, withAnswerOf } from "./usage-metadata.ts";

type Metadata = Partial<Pick<AgentMessage, "metadata">>;
type EventOf<T extends AgentEvent["type"]> = Extract<AgentEvent, { type: T }>;

/** The state after an event. A pure function. */
export function reduce(state: StatusState, event: AgentEvent): StatusState {
  if (event.actor.kind === "sub-agent") return reduceSubAgent(state, event);
  switch (event.type) {
    case "text":
      return state.streaming === "tokens" ? grow(state, event) : state;
    case "text-withdrawn":
      return withdraw(state, event);
    case "turn":
      return endTurn(state, event);
    case "tool-started":
      return startCall(state, event);
    case "tool-ended":
      return endCall(state, event);
    case "todos":
      return withStatus(state, { todos: todoMap(event.todos, state.status.todos, event.at) });
    case "notice":
      return withNotice(state, event.text, event.at);
    default:
      return unreachable(event);
  }
}

/** A sub-agent shows its calls. What it says is for the main agent alone, which gets it as the result of its task. */
function reduceSubAgent(state: StatusState, event: AgentEvent): StatusState {
  switch (event.type) {
    case "turn":
      return addCalls(state, event);
    case "tool-started":
      return actorIn(state, event) === undefined ? state : startCall(state, event);
    case "tool-ended":
      return actorIn(state, event) === undefined ? state : endCall(state, event);
    case "notice":
      return withNotice(state, event.text, event.at);
    case "text":
    case "text-withdrawn":
    case "todos":
      return state;
    default:
      return unreachable(event);
  }
}

/** Adds the calls of a sub-agent to the list, and what its answer used to what the sub-agent used. */
function addCalls(state: StatusState, event: EventOf<"turn">): StatusState {
  const task = actorIn(state, event);
  if (task === undefined) return state;
  const modelIds = new Map(state.modelIds);
  const asked = event.calls.map((call) => newCall(call, modelIds, task));
  const { toolCalls, subAgentExecutions } = state.status;
  const index = subAgentExecutions.indexOf(task);
  const change = {
    toolCalls: [...toolCalls, ...asked],
    subAgentExecutions: subAgentExecutions.with(index, withAnswerOf(task, event.usage)),
  };
  return { ...withStatus(state, change), modelIds };
}

/** Adds a message of the runner. */
export function withNotice(state: StatusState, text: string, at: Date): StatusState {
  return withStatus(state, {
    messages: [...state.status.messages, newMessage(MessageType.MESSAGE_SYSTEM, text, at)],
  });
}

/** A message is created with its first visible text: readers print a message when they first see it, even if empty. */
function grow(state: StatusState, { turnId, text, at }: EventOf<"text">): StatusState {
  const { messages } = state.status;
  const index = state.growing.get(turnId);
  const message = index === undefined ? undefined : messages[index];
  if (index !== undefined && message !== undefined)
    return withStatus(state, { messages: messages.with(index, { ...message, content: message.content + text }) });
  const begun = (state.blank.get(turnId) ?? "") + text;
  const blank = new Map(state.blank);
  if (isBlank(begun)) return { ...state, blank: blank.set(turnId, begun) };
  blank.delete(turnId);
  const growing = new Map(state.growing).set(turnId, messages.length);
  const said = newMessage(MessageType.MESSAGE_AI, begun, at);
  return { ...withStatus(state, { messages: [...messages, said] }), growing, blank };
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** Removes a growing message. Nothing follows it before its turn ends. */
function withdraw(state: StatusState, { turnId }: EventOf<"text-withdrawn">): StatusState {
  const blank = new Map(state.blank);
  blank.delete(turnId);
  const index = state.growing.get(turnId);
  if (index === undefined) return { ...state, blank };
  const growing = new Map(state.growing);
  growing.delete(turnId);
  return { ...withStatus(state, { messages: state.status.messages.toSpliced(index, 1) }), growing, blank };
}

function endTurn(state: StatusState, event: EventOf<"turn">): StatusState {
  const { turnId, calls, text, model, usage, at } = event;
  const { messages, toolCalls, subAgentExecutions } = state.status;
  const metadata = answerMetadata(model, usage);
  const more = metadata === undefined ? {} : { metadata };
  const growingAt = state.growing.get(turnId);
  const answered = withAnswer(messages, growingAt, event, more);
  const isShown = growingAt !== undefined || !isBlank(text);
  const blank = new Map(state.blank);
  blank.delete(turnId);
  const growing = new Map(state.growing);
  growing.delete(turnId);
  const ids = new Map(state.modelIds);
  const asked = calls.map((call) => newCall(call, ids));
  const delegated = calls.flatMap((call, index) =>
    call.name === TASK_TOOL ? [newSubAgent(asked[index]?.id ?? "", call)] : [],
  );
  return {
    ...withStatus(state, {
      messages: [...answered, ...asked.map((call, index) => callMessage(call, at, isShown || index > 0 ? {} : more))],
      toolCalls: [...toolCalls, ...asked],
      subAgentExecutions: [...subAgentExecutions, ...delegated],
    }),
    growing,
    blank,
    modelIds: ids,
  };
}

/**
 * Adds the text of a turn. A turn without text, which only calls tools, has no message: readers would print an empty one. What
 * it used is then on the message of its first call.
 */
function withAnswer(
  messages: readonly AgentMessage[],
  index: number | undefined,
  { text, at }: EventOf<"turn">,
  more: Metadata,
): readonly AgentMessage[] {
  const grown = index === undefined ? undefined : messages[index];
  if (index !== undefined && grown !== undefined)
    return messages.with(index, { ...grown, ...more, ...(isBlank(text) ? {} : { content: text }) });
  return isBlank(text) ? messages : [...messages, newMessage(MessageType.MESSAGE_AI, text, at, more)];
}
