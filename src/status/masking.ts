import type { JsonObject } from "@bufbuild/protobuf";
import { boundaryBefore } from "../shared/graphemes.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import { cutMiddle, wellFormed } from "../shared/text.ts";
import type { AgentExecutionStatus, AgentMessage, SubAgentExecution, TodoItem, ToolCall } from "../stigmer/index.ts";
import { ERROR_LIMIT, MESSAGE_LIMIT, RESULT_LIMIT, TODO_TEXT_LIMIT } from "./limits.ts";
import { maskJson } from "./mask-json.ts";
import type { StatusState } from "./status-state.ts";

/** Characters that are shown of a text that is too long already and still grows. */
const GROWING_HEAD = MESSAGE_LIMIT / 2;

/**
 * Makes of a state what may be shown: no secret in any text, every text within its limit. Parts that did not change
 * since the last time are the same objects again.
 */
export class Masking {
  readonly #mask: SecretMask;
  #made = new WeakMap<object, object>();
  #version: number;

  constructor(mask: SecretMask) {
    this.#mask = mask;
    this.#version = mask.version;
  }

  masked({ status, growing }: StatusState): AgentExecutionStatus {
    if (this.#version !== this.#mask.version) {
      this.#made = new WeakMap();
      this.#version = this.#mask.version;
    }
    return {
      ...status,
      messages: this.#messages(status.messages, new Set(growing.values())),
      toolCalls: status.toolCalls.map((call) => this.#once(call, this.#call)),
      subAgentExecutions: status.subAgentExecutions.map((agent) => this.#once(agent, this.#agent)),
      todos: Object.fromEntries(Object.entries(status.todos).map(([id, todo]) => [id, this.#once(todo, this.#todo)])),
      error: this.#text(status.error, ERROR_LIMIT),
    };
  }

  /** A message of which all is held back is not shown yet: readers would print it empty. */
  #messages(messages: readonly AgentMessage[], growing: ReadonlySet<number>): AgentMessage[] {
    const shown = messages.map((message, index) =>
      growing.has(index) ? this.#growing(message) : this.#once(message, this.#message),
    );
    while (growing.has(shown.length - 1) && shown.at(-1)?.content.trim() === "") shown.pop();
    return shown;
  }

  #growing(message: AgentMessage): AgentMessage {
    return { ...message, content: growingHead(this.#mask.maskGrowing(message.content)) };
  }

  readonly #message = (message: AgentMessage): AgentMessage => ({
    ...message,
    content: this.#text(message.content, MESSAGE_LIMIT),
    toolCalls: message.toolCalls.map((call) => this.#once(call, this.#call)),
  });

  readonly #call = (call: ToolCall): ToolCall => ({
    ...call,
    result: this.#mask.mask(call.result),
    error: this.#text(call.error, ERROR_LIMIT),
    ...(call.args === undefined ? {} : { args: maskJson(call.args, this.#mask) as JsonObject }),
  });

  readonly #agent = (agent: SubAgentExecution): SubAgentExecution => ({
    ...agent,
    input: this.#text(agent.input, RESULT_LIMIT),
    output: this.#text(agent.output, RESULT_LIMIT),
    error: this.#text(agent.error, ERROR_LIMIT),
  });

  readonly #todo = (todo: TodoItem): TodoItem => ({ ...todo, content: this.#text(todo.content, TODO_TEXT_LIMIT) });

  #text(text: string, limit: number): string {
    return cut(this.#mask.mask(text), limit);
  }

  /** What was made of a part, made only once. */
  #once<T extends object>(part: T, make: (part: T) => T): T {
    const known = this.#made.get(part) as T | undefined;
    if (known !== undefined) return known;
    const made = make(part);
    this.#made.set(part, made);
    return made;
  }
}

/** Of a long text that still grows only the head is shown: all else would change with each update. */
function growingHead(text: string): string {
  if (text.length <= MESSAGE_LIMIT) return wellFormed(text);
  return `${wellFormed(text.slice(0, boundaryBefore(text, GROWING_HEAD)))}\n[… it goes on …]`;
}

function cut(text: string, limit: number): string {
  return wellFormed(cutMiddle(text, limit, (missing) => `\n[… ${missing} characters cut …]\n`).text);
}
