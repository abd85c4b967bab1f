import { type DescMessage, equals, type JsonObject, type MessageShape } from "@bufbuild/protobuf";
import { boundaryBefore } from "../shared/graphemes.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import { cutMiddle, wellFormed } from "../shared/text.ts";
import {
  type AgentExecutionStatus,
  type AgentMessage,
  AgentMessageSchema,
  type ComponentMetadata,
  type SubAgentExecution,
  SubAgentExecutionSchema,
  type TodoItem,
  TodoItemSchema,
  type ToolCall,
  ToolCallSchema,
} from "../stigmer/index.ts";
import { ERROR_LIMIT, MESSAGE_LIMIT, RESULT_LIMIT, TODO_TEXT_LIMIT } from "./limits.ts";
import { maskJson } from "./mask-json.ts";
import type { StatusState } from "./status-state.ts";

/** Characters that are shown of a growing text that exceeds the limit. */
const GROWING_HEAD = MESSAGE_LIMIT / 2;

interface CacheEntry {
  readonly masked: object;
  /** The mask's version when the entry was created. */
  readonly version: number;
}

/**
 * Turns a state into a status that may be shown: no secrets, every text within its limit. Elements that did not change
 * since the last call are the same objects again.
 */
export class StatusView {
  readonly #mask: SecretMask;
  readonly #cache = new WeakMap<object, CacheEntry>();

  constructor(mask: SecretMask) {
    this.#mask = mask;
  }

  of({ status, growing }: StatusState): AgentExecutionStatus {
    return {
      ...status,
      messages: this.#messages(status.messages, new Set(growing.values())),
      toolCalls: status.toolCalls.map((call) => this.#once(ToolCallSchema, call, this.#call)),
      subAgentExecutions: status.subAgentExecutions.map((agent) =>
        this.#once(SubAgentExecutionSchema, agent, this.#agent),
      ),
      todos: Object.fromEntries(
        Object.entries(status.todos).map(([id, todo]) => [id, this.#once(TodoItemSchema, todo, this.#todo)]),
      ),
      error: this.#text(status.error, ERROR_LIMIT),
    };
  }

  /** A message whose whole text is withheld is not shown yet: readers would print it empty. */
  #messages(messages: readonly AgentMessage[], growing: ReadonlySet<number>): AgentMessage[] {
    const shown = messages.map((message, index) =>
      growing.has(index) ? this.#growing(message) : this.#once(AgentMessageSchema, message, this.#message),
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
    toolCalls: message.toolCalls.map((call) => this.#once(ToolCallSchema, call, this.#call)),
    ...(message.metadata === undefined ? {} : { metadata: maskJson(message.metadata, this.#mask) as JsonObject }),
  });

  readonly #call = (call: ToolCall): ToolCall => ({
    ...call,
    name: this.#mask.mask(call.name),
    result: this.#mask.mask(call.result),
    error: this.#text(call.error, ERROR_LIMIT),
    ...(call.args === undefined ? {} : { args: maskJson(call.args, this.#mask) as JsonObject }),
    ...(call.componentMetadata === undefined ? {} : { componentMetadata: this.#component(call.componentMetadata) }),
  });

  #component(component: ComponentMetadata): ComponentMetadata {
    if (component.metadata === undefined) return component;
    return { ...component, metadata: maskJson(component.metadata, this.#mask) as JsonObject };
  }

  readonly #agent = (agent: SubAgentExecution): SubAgentExecution => ({
    ...agent,
    name: this.#mask.mask(agent.name),
    input: this.#text(agent.input, RESULT_LIMIT),
    output: this.#text(agent.output, RESULT_LIMIT),
    error: this.#text(agent.error, ERROR_LIMIT),
  });

  readonly #todo = (todo: TodoItem): TodoItem => ({ ...todo, content: this.#text(todo.content, TODO_TEXT_LIMIT) });

  #text(text: string, limit: number): string {
    return cut(this.#mask.mask(text), limit);
  }

  /**
   * Masks an element once for the currently known secrets. These change whenever another execution begins or ends; an
   * element that stays equal keeps its identity.
   */
  #once<Desc extends DescMessage>(
    schema: Desc,
    part: MessageShape<Desc>,
    mask: (part: MessageShape<Desc>) => MessageShape<Desc>,
  ): MessageShape<Desc> {
    const { version } = this.#mask;
    const known = this.#cache.get(part);
    const before = known?.masked as MessageShape<Desc> | undefined;
    if (before !== undefined && known?.version === version) return before;
    const next = mask(part);
    const masked = before !== undefined && equals(schema, before, next) ? before : next;
    this.#cache.set(part, { masked, version });
    return masked;
  }
}

/** Only the head of a long growing text is shown: the rest would change with each update. */
function growingHead(text: string): string {
  if (text.length <= MESSAGE_LIMIT) return wellFormed(text);
  return `${wellFormed(text.slice(0, boundaryBefore(text, GROWING_HEAD)))}\n[… it goes on …]`;
}

function cut(text: string, limit: number): string {
  return wellFormed(cutMiddle(text, limit, (missing) => `\n[… ${missing} characters cut …]\n`).text);
}
