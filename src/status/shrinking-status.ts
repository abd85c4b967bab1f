import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  type AgentMessage,
  type SubAgentExecution,
  SubAgentExecutionSchema,
  type ToolCall,
} from "../stigmer/index.ts";
import { jsonSize, sizeOfCall, sizeOfText } from "./json-size.ts";
import { withMissingCalls } from "./shorten.ts";
import { taskOf } from "./sub-agents.ts";

/** Whether the element at this index should be shortened or dropped too. */
type Wanted = (index: number) => boolean;

/**
 * A status that is being made smaller, with its current size. Each step works through a list from an index on while
 * `wanted` returns true, and returns the index that it reached.
 */
export class ShrinkingStatus {
  readonly #status: AgentExecutionStatus;
  readonly #calls: ToolCall[];
  readonly #callIndex: ReadonlyMap<string, number>;
  readonly #agents: SubAgentExecution[];
  readonly #messages: AgentMessage[];
  /** The calls of sub-agents by their index in the list, oldest first. They are in no message. */
  readonly #subAgentCalls: readonly number[];
  #droppedSubAgentCalls = 0;
  #droppedCalls = 0;
  #droppedAgents = 0;
  #droppedMessages = 0;
  #omission: AgentMessage | undefined;
  #size: number;

  constructor(status: AgentExecutionStatus) {
    this.#status = status;
    this.#calls = [...status.toolCalls];
    this.#callIndex = new Map(status.toolCalls.map(({ id }, index) => [id, index]));
    this.#agents = [...status.subAgentExecutions];
    this.#messages = [...status.messages];
    const rest = { ...status, messages: [], toolCalls: [], subAgentExecutions: [] };
    // The names of the three lists.
    this.#size =
      jsonSize(AgentExecutionStatusSchema, rest) + '"messages":[],"toolCalls":[],"subAgentExecutions":[],'.length;
    this.#subAgentCalls = status.toolCalls.flatMap((call, index) => (taskOf(call) === undefined ? [] : [index]));
    for (const call of status.toolCalls) this.#size += placesOf(call) * sizeOfCall(call);
    for (const agent of status.subAgentExecutions) this.#size += sizeOfAgent(agent);
    for (const message of status.messages) this.#size += sizeOfText(message);
  }

  get bytes(): number {
    return this.#size;
  }

  /** The oldest kept message after the user's. */
  get oldestKept(): AgentMessage | undefined {
    return this.#messages[this.#droppedMessages + 1];
  }

  shortenCalls(shorten: (call: ToolCall) => ToolCall, from: number, wanted: Wanted): number {
    return through(this.#calls, from, this.#calls.length, wanted, (call, index) => {
      const shorter = shorten(call);
      this.#replaceCall(index, call, shorter);
    });
  }

  shortenSubAgentCalls(shorten: (call: ToolCall) => ToolCall, from: number, wanted: Wanted): number {
    return through(this.#subAgentCalls, from, this.#subAgentCalls.length, wanted, (index) => {
      const call = this.#calls[index];
      if (call !== undefined) this.#replaceCall(index, call, shorten(call));
    });
  }

  /** Drops the oldest calls of sub-agents. How many, their sub-agents say. */
  dropSubAgentCalls(from: number, wanted: Wanted): number {
    this.#droppedSubAgentCalls = through(this.#subAgentCalls, from, this.#subAgentCalls.length, wanted, (index) => {
      const call = this.#calls[index];
      if (call !== undefined) this.#size -= sizeOfCall(call);
    });
    const missingCalls = new Map<string, number>();
    for (const index of this.#goneSubAgentCalls()) {
      const call = this.#calls[index];
      const task = (call && taskOf(call)) ?? "";
      missingCalls.set(task, (missingCalls.get(task) ?? 0) + 1);
    }
    for (const [index, agent] of this.#agents.entries()) {
      const missing = missingCalls.get(agent.id);
      if (missing === undefined) continue;
      const noted = withMissingCalls(agent, missing);
      this.#size += sizeOfAgent(noted) - sizeOfAgent(agent);
      this.#agents[index] = noted;
    }
    return this.#droppedSubAgentCalls;
  }

  shortenAgents(shorten: (agent: SubAgentExecution) => SubAgentExecution, from: number, wanted: Wanted): number {
    return through(this.#agents, from, this.#agents.length, wanted, (agent, index) => {
      const shorter = shorten(agent);
      this.#size -= sizeOfAgent(agent) - sizeOfAgent(shorter);
      this.#agents[index] = shorter;
    });
  }

  /** Shortens the texts between the user's and the last one. */
  shortenOldTexts(shorten: (message: AgentMessage) => AgentMessage, from: number, wanted: Wanted): number {
    const between = Math.max(this.#messages.length - 2, 0);
    return through(this.#messages.slice(1), from, between, wanted, (_, index) => this.#shortenText(index + 1, shorten));
  }

  /** Shortens the user's text and the last one. */
  shortenMainTexts(shorten: (message: AgentMessage) => AgentMessage, from: number, wanted: Wanted): number {
    const indexes = [...new Set([0, this.#messages.length - 1])];
    return through(indexes, from, indexes.length, wanted, (index) => this.#shortenText(index, shorten));
  }

  /** Drops the oldest calls of the list; each call is in its message too. */
  dropListedCalls(from: number, wanted: Wanted): number {
    const gone = this.#goneSubAgentCalls();
    this.#droppedCalls = through(this.#calls, from, this.#calls.length, wanted, (call, index) => {
      if (!gone.has(index)) this.#size -= sizeOfCall(call);
    });
    return this.#droppedCalls;
  }

  /** Drops the oldest messages between the user's and the last one, with their calls. */
  dropMessages(from: number, wanted: Wanted): number {
    const between = Math.max(this.#messages.length - 2, 0);
    this.#droppedMessages = through(this.#messages.slice(1), from, between, wanted, (message) => {
      const call = this.#calls[this.#callIndex.get(message.toolCalls[0]?.id ?? "") ?? -1];
      this.#size -= sizeOfText(message) + (call === undefined ? 0 : sizeOfCall(call));
    });
    return this.#droppedMessages;
  }

  dropAgents(from: number, wanted: Wanted): number {
    this.#droppedAgents = through(this.#agents, from, this.#agents.length, wanted, (agent) => {
      this.#size -= sizeOfAgent(agent);
    });
    return this.#droppedAgents;
  }

  /** Sets the message about dropped messages, shown after the user's message. */
  setOmission(message: AgentMessage): void {
    if (this.#omission !== undefined) this.#size -= sizeOfText(this.#omission);
    this.#size += sizeOfText(message);
    this.#omission = message;
  }

  result(): AgentExecutionStatus {
    const [first, ...others] = this.#messages;
    const gone = this.#goneSubAgentCalls();
    const kept = [first, this.#omission, ...others.slice(this.#droppedMessages)].filter(
      (message) => message !== undefined,
    );
    return {
      ...this.#status,
      toolCalls: this.#calls.filter((_, index) => index >= this.#droppedCalls && !gone.has(index)),
      subAgentExecutions: this.#agents.slice(this.#droppedAgents),
      messages: kept.map((message) => this.#withCall(message)),
    };
  }

  #replaceCall(index: number, call: ToolCall, shorter: ToolCall): void {
    this.#size -= placesOf(call) * (sizeOfCall(call) - sizeOfCall(shorter));
    this.#calls[index] = shorter;
  }

  /** The indexes of dropped calls of sub-agents. */
  #goneSubAgentCalls(): ReadonlySet<number> {
    return new Set(this.#subAgentCalls.slice(0, this.#droppedSubAgentCalls));
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
    const shown = call === undefined ? undefined : this.#calls[this.#callIndex.get(call.id) ?? -1];
    return shown === undefined || shown === call ? message : messageWith(message, shown);
  }
}

/** Works through a list from an index to an end while `wanted` returns true. @returns the index that was reached */
function through<T>(
  items: readonly T[],
  from: number,
  end: number,
  wanted: Wanted,
  work: (item: T, index: number) => void,
): number {
  let index = from;
  for (; index < end && wanted(index); index++) work(items[index] as T, index);
  return index;
}

const withOtherCall = new WeakMap<AgentMessage, AgentMessage>();

/** The message with a shortened call; the same object as long as the call is. */
function messageWith(message: AgentMessage, call: ToolCall): AgentMessage {
  const known = withOtherCall.get(message);
  if (known?.toolCalls[0] === call) return known;
  const made = { ...message, toolCalls: [call] };
  withOtherCall.set(message, made);
  return made;
}

/** A call is in the list, and in its message if it has one. */
function placesOf(call: ToolCall): number {
  return taskOf(call) === undefined ? 2 : 1;
}

function sizeOfAgent(agent: SubAgentExecution): number {
  return jsonSize(SubAgentExecutionSchema, agent);
}
