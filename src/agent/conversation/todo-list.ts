import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import { type AgentMiddleware, todoListMiddleware } from "langchain";
import { asMiddleware, type WrapModelCall } from "../as-middleware.ts";
import type { TodoEntry } from "../events/agent-event.ts";
import { emit } from "../events/custom-events.ts";
import { isFromUser, SOURCE } from "./message-source.ts";

const TOOL = "write_todos";

/**
 * The library's to-do list. It is part of the thread: an execution begins with what the one before left open, which the
 * status then shows, and which the agent is told if it cannot see it in the conversation any more.
 * Without the library's check for parallel calls, which ends the run: turns/rejections.ts answers them with an error.
 */
export function todoList(): AgentMiddleware {
  const { afterModel: _, ...library } = todoListMiddleware();
  const wrapped = library.wrapModelCall as WrapModelCall;
  let isShown = false;
  const wrapModelCall: WrapModelCall = async (request, handler) => {
    const todos = (request.state as { readonly todos?: readonly TodoEntry[] }).todos ?? [];
    if (!todos.some(isOpen)) return await wrapped(request, handler);
    if (!isShown && isFirstTurn(request.state.messages)) emit(request.runtime, { type: "agent-runner-todos", todos });
    isShown = true;
    if (request.messages.some(writesTodos)) return await wrapped(request, handler);
    return await wrapped({ ...request, messages: [...request.messages, reminder(todos)] }, handler);
  };
  return asMiddleware({ ...library, wrapModelCall } as { readonly name: string });
}

function isOpen({ status }: TodoEntry): boolean {
  return status !== "completed";
}

function isFirstTurn(messages: readonly BaseMessage[]): boolean {
  return messages.slice(messages.findLastIndex(isFromUser) + 1).every((message) => !AIMessage.isInstance(message));
}

function writesTodos(message: BaseMessage): boolean {
  return AIMessage.isInstance(message) && (message.tool_calls ?? []).some(({ name }) => name === TOOL);
}

/** Sent with each call until the agent writes the list again, and not kept in the thread. */
function reminder(todos: readonly TodoEntry[]): HumanMessage {
  const lines = todos.map(({ content, status }) => `- [${status}] ${content}`);
  return new HumanMessage({
    content: ["[Runner] Your to-do list, from before the conversation was summarized:", ...lines].join("\n"),
    additional_kwargs: { [SOURCE]: "todos" },
  });
}
