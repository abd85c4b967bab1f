import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  type AgentMessage,
  type SubAgentExecution,
  SubAgentExecutionSchema,
  type ToolCall,
} from "../stigmer/index.ts";
import { jsonSize, sizeOfCall, sizeOfText } from "./json-size.ts";

/**
 * A status while it is made smaller, with its size always known. Each step takes how many parts it has shortened or
 * dropped before, does that again, goes on while the status is larger than the limit, and returns how many it is now.
 */
export class Fitting {
  readonly #status: AgentExecutionStatus;
  readonly #calls: Map<string, ToolCall>;
  #listed: string[];
  #agents: SubAgentExecution[];
  #messages: AgentMessage[];
  #size: number;

  constructor(status: AgentExecutionStatus) {
    this.#status = status;
    this.#calls = new Map(status.toolCalls.map((call) => [call.id, call]));
    this.#listed = [...this.#calls.keys()];
    this.#agents = [...status.subAgentExecutions];
    this.#messages = [...status.messages];
    const rest = { ...status, messages: [], toolCalls: [], subAgentExecutions: [] };
    // The names of the three lists.
    this.#size =
      jsonSize(AgentExecutionStatusSchema, rest) + '"messages":[],"toolCalls":[],"subAgentExecutions":[],'.length;
    // Each call stands in the list and in its message.
    for (const call of status.toolCalls) this.#size += 2 * sizeOfCall(call);
    for (const agent of status.subAgentExecutions) this.#size += sizeOfAgent(agent);
    for (const message of status.messages) this.#size += sizeOfText(message);
  }

  get bytes(): number {
    return this.#size;
  }

  /** The oldest message after the user's. */
  get oldestKept(): AgentMessage | undefined {
    return this.#messages[1];
  }

  shortenCalls(shorten: (call: ToolCall) => ToolCall, before: number, limit: number): number {
    let count = 0;
    for (const [id, call] of this.#calls) {
      if (count >= before && this.#size <= limit) break;
      const shorter = shorten(call);
      this.#size -= 2 * (sizeOfCall(call) - sizeOfCall(shorter));
      this.#calls.set(id, shorter);
      count++;
    }
    return count;
  }

  shortenAgents(shorten: (agent: SubAgentExecution) => SubAgentExecution, before: number, limit: number): number {
    let count = 0;
    for (const [index, agent] of this.#agents.entries()) {
      if (count >= before && this.#size <= limit) break;
      const shorter = shorten(agent);
      this.#size -= sizeOfAgent(agent) - sizeOfAgent(shorter);
      this.#agents[index] = shorter;
      count++;
    }
    return count;
  }

  /** Shortens what was said between the user's text and the last one. */
  shortenOldTexts(shorten: (message: AgentMessage) => AgentMessage, before: number, limit: number): number {
    let count = 0;
    for (let index = 1; index < this.#messages.length - 1; index++) {
      if (count >= before && this.#size <= limit) break;
      this.#shortenText(index, shorten);
      count++;
    }
    return count;
  }

  /** Shortens the user's text, and the last one. */
  shortenMainTexts(shorten: (message: AgentMessage) => AgentMessage, limit: number): void {
    for (const index of new Set([0, this.#messages.length - 1])) {
      if (this.#size <= limit) return;
      this.#shortenText(index, shorten);
    }
  }

  /** Each call stands in its message too: the oldest of the list can be spared. */
  dropListedCalls(before: number, limit: number, target: number): number {
    let count = 0;
    const goal = this.#size > limit ? target : limit;
    while (this.#listed.length > 0 && (count < before || this.#size > goal)) {
      const call = this.#calls.get(this.#listed.shift() ?? "");
      if (call !== undefined) this.#size -= sizeOfCall(call);
      count++;
    }
    return count;
  }

  /** Drops the oldest messages between the user's and the last one, with their calls. */
  dropMessages(before: number, limit: number, target: number): number {
    let count = 0;
    const goal = this.#size > limit ? target : limit;
    const most = Math.max(this.#messages.length - 2, 0);
    while (count < most && (count < before || this.#size > goal)) {
      count++;
      const message = this.#messages[count];
      const call = this.#calls.get(message?.toolCalls[0]?.id ?? "");
      if (message !== undefined) this.#size -= sizeOfText(message);
      if (call !== undefined) this.#size -= sizeOfCall(call);
    }
    this.#messages.splice(1, count);
    return count;
  }

  dropAgents(before: number, limit: number, target: number): number {
    let count = 0;
    const goal = this.#size > limit ? target : limit;
    while (this.#agents.length > 0 && (count < before || this.#size > goal)) {
      const agent = this.#agents.shift();
      if (agent !== undefined) this.#size -= sizeOfAgent(agent);
      count++;
    }
    return count;
  }

  /** Puts a message behind the user's. */
  insertNote(note: AgentMessage, bytes: number): void {
    this.#messages.splice(1, 0, note);
    this.#size += bytes;
  }

  result(): AgentExecutionStatus {
    return {
      ...this.#status,
      toolCalls: this.#listed.flatMap((id) => this.#calls.get(id) ?? []),
      subAgentExecutions: this.#agents,
      messages: this.#messages.map((message) => this.#withCall(message)),
    };
  }

  #shortenText(index: number, shorten: (message: AgentMessage) => AgentMessage): void {
    const message = this.#messages[index];
    if (message === undefined) return;
    const shorter = shorten(message);
    this.#size -= sizeOfText(message) - sizeOfText(shorter);
    this.#messages[index] = shorter;
  }

  #withCall(message: AgentMessage): AgentMessage {
    const [call] = message.toolCalls;
    const shown = call === undefined ? undefined : this.#calls.get(call.id);
    return shown === undefined || shown === call ? message : messageWith(message, shown);
  }
}

const withOtherCall = new WeakMap<AgentMessage, AgentMessage>();

/** The message with its call shortened: the same object while the call is. */
function messageWith(message: AgentMessage, call: ToolCall): AgentMessage {
  const known = withOtherCall.get(message);
  if (known?.toolCalls[0] === call) return known;
  const made = { ...message, toolCalls: [call] };
  withOtherCall.set(message, made);
  return made;
}

function sizeOfAgent(agent: SubAgentExecution): number {
  return jsonSize(SubAgentExecutionSchema, agent);
}
