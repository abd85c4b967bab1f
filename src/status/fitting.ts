import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  type AgentMessage,
  type SubAgentExecution,
  SubAgentExecutionSchema,
  type ToolCall,
} from "../stigmer/index.ts";
import { jsonSize, sizeOfCall, sizeOfText } from "./json-size.ts";

/** Whether the part at this place is to be left out, too. */
type Wanted = (place: number) => boolean;

/**
 * A status while it is made smaller, with its size always known. Each step begins at a place of its list, goes on while
 * it is wanted to, and returns the place that it has reached.
 */
export class Fitting {
  readonly #status: AgentExecutionStatus;
  readonly #calls: ToolCall[];
  readonly #placeOf: ReadonlyMap<string, number>;
  readonly #agents: SubAgentExecution[];
  readonly #messages: AgentMessage[];
  #droppedCalls = 0;
  #droppedAgents = 0;
  #droppedMessages = 0;
  #note: AgentMessage | undefined;
  #size: number;

  constructor(status: AgentExecutionStatus) {
    this.#status = status;
    this.#calls = [...status.toolCalls];
    this.#placeOf = new Map(status.toolCalls.map(({ id }, place) => [id, place]));
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

  /** The oldest message that is kept after the user's. */
  get oldestKept(): AgentMessage | undefined {
    return this.#messages[this.#droppedMessages + 1];
  }

  shortenCalls(shorten: (call: ToolCall) => ToolCall, from: number, wanted: Wanted): number {
    return through(this.#calls, from, this.#calls.length, wanted, (call, place) => {
      const shorter = shorten(call);
      this.#size -= 2 * (sizeOfCall(call) - sizeOfCall(shorter));
      this.#calls[place] = shorter;
    });
  }

  shortenAgents(shorten: (agent: SubAgentExecution) => SubAgentExecution, from: number, wanted: Wanted): number {
    return through(this.#agents, from, this.#agents.length, wanted, (agent, place) => {
      const shorter = shorten(agent);
      this.#size -= sizeOfAgent(agent) - sizeOfAgent(shorter);
      this.#agents[place] = shorter;
    });
  }

  /** Shortens what was said between the user's text and the last one. */
  shortenOldTexts(shorten: (message: AgentMessage) => AgentMessage, from: number, wanted: Wanted): number {
    const between = Math.max(this.#messages.length - 2, 0);
    return through(this.#messages.slice(1), from, between, wanted, (_, place) => this.#shortenText(place + 1, shorten));
  }

  /** Shortens the user's text and the last one. */
  shortenMainTexts(shorten: (message: AgentMessage) => AgentMessage, from: number, wanted: Wanted): number {
    const places = [...new Set([0, this.#messages.length - 1])];
    return through(places, from, places.length, wanted, (place) => this.#shortenText(place, shorten));
  }

  /** Each call stands in its message too: the oldest of the list can be spared. */
  dropListedCalls(from: number, wanted: Wanted): number {
    this.#droppedCalls = through(this.#calls, from, this.#calls.length, wanted, (call) => {
      this.#size -= sizeOfCall(call);
    });
    return this.#droppedCalls;
  }

  /** Drops the oldest messages between the user's and the last one, with their calls. */
  dropMessages(from: number, wanted: Wanted): number {
    const between = Math.max(this.#messages.length - 2, 0);
    this.#droppedMessages = through(this.#messages.slice(1), from, between, wanted, (message) => {
      const call = this.#calls[this.#placeOf.get(message.toolCalls[0]?.id ?? "") ?? -1];
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

  /** Says behind the user's message what was dropped. */
  note(message: AgentMessage): void {
    if (this.#note !== undefined) this.#size -= sizeOfText(this.#note);
    this.#size += sizeOfText(message);
    this.#note = message;
  }

  result(): AgentExecutionStatus {
    const [first, ...others] = this.#messages;
    const kept = [first, this.#note, ...others.slice(this.#droppedMessages)].filter((message) => message !== undefined);
    return {
      ...this.#status,
      toolCalls: this.#calls.slice(this.#droppedCalls),
      subAgentExecutions: this.#agents.slice(this.#droppedAgents),
      messages: kept.map((message) => this.#withCall(message)),
    };
  }

  #shortenText(place: number, shorten: (message: AgentMessage) => AgentMessage): void {
    const message = this.#messages[place];
    if (message === undefined) return;
    const shorter = shorten(message);
    this.#size -= sizeOfText(message) - sizeOfText(shorter);
    this.#messages[place] = shorter;
  }

  #withCall(message: AgentMessage): AgentMessage {
    const [call] = message.toolCalls;
    const shown = call === undefined ? undefined : this.#calls[this.#placeOf.get(call.id) ?? -1];
    return shown === undefined || shown === call ? message : messageWith(message, shown);
  }
}

/** Goes through the parts of a list from a place to an end, while it is wanted to. @returns the place that was reached */
function through<T>(
  parts: readonly T[],
  from: number,
  end: number,
  wanted: Wanted,
  work: (part: T, place: number) => void,
): number {
  let place = from;
  for (; place < end && wanted(place); place++) work(parts[place] as T, place);
  return place;
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
