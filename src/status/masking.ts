import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { SecretMask } from "../shared/secret-mask.ts";
import { cutMiddle, wellFormed } from "../shared/text.ts";
import type { AgentExecutionStatus, AgentMessage, SubAgentExecution, TodoItem, ToolCall } from "../stigmer/index.ts";
import { ERROR_LIMIT, MESSAGE_LIMIT, RESULT_LIMIT, TODO_LIMIT } from "./limits.ts";
import type { StatusState } from "./status-state.ts";

/**
 * Makes of a state what may be shown: no secret in any text, every text within its limit. Parts that did not change
 * since the last time are the same objects again.
 */
export class Masking {
  readonly #mask: SecretMask;
  readonly #calls = new WeakMap<ToolCall, ToolCall>();
  readonly #messages = new WeakMap<AgentMessage, AgentMessage>();
  readonly #agents = new WeakMap<SubAgentExecution, SubAgentExecution>();
  readonly #todos = new WeakMap<TodoItem, TodoItem>();

  constructor(mask: SecretMask) {
    this.#mask = mask;
  }

  masked({ status, growing }: StatusState): AgentExecutionStatus {
    const grows = new Set(growing.values());
    return {
      ...status,
      messages: status.messages.map((message, index) =>
        grows.has(index) ? this.#growing(message) : remembered(this.#messages, message, this.#message),
      ),
      toolCalls: status.toolCalls.map((call) => remembered(this.#calls, call, this.#call)),
      subAgentExecutions: status.subAgentExecutions.map((agent) => remembered(this.#agents, agent, this.#agent)),
      todos: Object.fromEntries(
        Object.entries(status.todos)
          .slice(0, TODO_LIMIT)
          .map(([id, todo]) => [id, remembered(this.#todos, todo, this.#todo)]),
      ),
      error: this.#text(status.error, ERROR_LIMIT),
    };
  }

  #growing(message: AgentMessage): AgentMessage {
    return { ...message, content: cut(this.#mask.maskGrowing(message.content), MESSAGE_LIMIT) };
  }

  readonly #message = (message: AgentMessage): AgentMessage => ({
    ...message,
    content: this.#text(message.content, MESSAGE_LIMIT),
    toolCalls: message.toolCalls.map((call) => remembered(this.#calls, call, this.#call)),
  });

  readonly #call = (call: ToolCall): ToolCall => ({
    ...call,
    result: this.#mask.mask(call.result),
    error: this.#text(call.error, ERROR_LIMIT),
    ...(call.args === undefined ? {} : { args: this.#json(call.args) as JsonObject }),
  });

  readonly #agent = (agent: SubAgentExecution): SubAgentExecution => ({
    ...agent,
    input: this.#text(agent.input, RESULT_LIMIT),
    output: this.#text(agent.output, RESULT_LIMIT),
    error: this.#text(agent.error, ERROR_LIMIT),
  });

  readonly #todo = (todo: TodoItem): TodoItem => ({ ...todo, content: this.#text(todo.content, ERROR_LIMIT) });

  #text(text: string, limit: number): string {
    return cut(this.#mask.mask(text), limit);
  }

  #json(value: JsonValue): JsonValue {
    if (typeof value === "string") return this.#mask.mask(value);
    if (Array.isArray(value)) return value.map((item) => this.#json(item));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.#mask.mask(key), this.#json(item)]));
  }
}

function remembered<T extends object>(memory: WeakMap<T, T>, key: T, make: (key: T) => T): T {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make(key);
  memory.set(key, made);
  return made;
}

function cut(text: string, limit: number): string {
  return wellFormed(cutMiddle(text, limit, (missing) => `\n[… ${missing} characters cut …]\n`).text);
}
