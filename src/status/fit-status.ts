import { create } from "@bufbuild/protobuf";
import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  type AgentMessage,
  AgentMessageSchema,
  MessageType,
  type SubAgentExecution,
  SubAgentExecutionSchema,
  type ToolCall,
} from "../stigmer/index.ts";
import { cutToJsonBytes, jsonSize, sizeOfCall, sizeOfText } from "./json-size.ts";
import { STATUS_LIMIT } from "./limits.ts";

/** Bytes that an old text of the model keeps where texts have to be shortened, and the user's and the last one. */
const OLD_TEXT_BYTES = 200;
const MAIN_TEXT_BYTES = 200 * 1024;
/** Bytes kept free for what says that messages were left out. */
const NOTE_BYTES = 300;

/**
 * The status within {@link STATUS_LIMIT}: where it is too large, the oldest results of calls are left out, then their
 * arguments, then what sub-agents were asked and answered, then old texts, then the calls' details; what was left out
 * says so. Messages keep their places, since readers know them by position, unless there are too many even so: then the
 * oldest are left out.
 */
export function fitStatus(status: AgentExecutionStatus, limit = STATUS_LIMIT): AgentExecutionStatus {
  const fitting = new Fitting(status, limit);
  fitting.shortenCalls(withoutResult);
  fitting.shortenCalls(withoutArguments);
  fitting.shortenAgents();
  fitting.shortenTexts();
  fitting.shortenCalls(withoutDetails);
  fitting.dropListedCalls();
  fitting.dropMessages();
  return fitting.result();
}

/** A status while it is made smaller, with its size always known. */
class Fitting {
  readonly #status: AgentExecutionStatus;
  readonly #limit: number;
  readonly #calls: Map<string, ToolCall>;
  #listed: string[];
  #agents: SubAgentExecution[];
  #messages: AgentMessage[];
  #size: number;

  constructor(status: AgentExecutionStatus, limit: number) {
    this.#status = status;
    this.#limit = limit;
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
    for (const agent of status.subAgentExecutions) this.#size += jsonSize(SubAgentExecutionSchema, agent);
    for (const message of status.messages) this.#size += sizeOfText(message);
  }

  /** Shortens calls, the oldest first, until the status fits. */
  shortenCalls(shorten: (call: ToolCall) => ToolCall): void {
    for (const [id, call] of this.#calls) {
      if (this.#fits()) return;
      const shorter = shorten(call);
      this.#size -= 2 * (sizeOfCall(call) - sizeOfCall(shorter));
      this.#calls.set(id, shorter);
    }
  }

  shortenAgents(): void {
    this.#agents = this.#agents.map((agent) => {
      if (this.#fits()) return agent;
      const shorter = { ...agent, input: shortText(agent.input), output: shortText(agent.output) };
      this.#size -= jsonSize(SubAgentExecutionSchema, agent) - jsonSize(SubAgentExecutionSchema, shorter);
      return shorter;
    });
  }

  /** Shortens what was said, the oldest first; the user's text and the last one keep the most. */
  shortenTexts(): void {
    const last = this.#messages.length - 1;
    const isMain = (index: number) => index === 0 || index === last;
    for (const bytesFor of [
      (index: number) => (isMain(index) ? Number.MAX_SAFE_INTEGER : OLD_TEXT_BYTES),
      () => MAIN_TEXT_BYTES,
    ]) {
      this.#messages = this.#messages.map((message, index) => {
        if (this.#fits()) return message;
        const shorter = { ...message, content: cutToJsonBytes(message.content, bytesFor(index)) };
        this.#size -= sizeOfText(message) - sizeOfText(shorter);
        return shorter;
      });
    }
  }

  /** Each call stands in its message too: the oldest of the list can be spared. */
  dropListedCalls(): void {
    while (!this.#fits() && this.#listed.length > 0) {
      const call = this.#calls.get(this.#listed.shift() ?? "");
      if (call !== undefined) this.#size -= sizeOfCall(call);
    }
  }

  /** The user's message and the newest stay; what stands between says how many are missing. */
  dropMessages(): void {
    if (this.#fits()) return;
    const [first, ...others] = this.#messages;
    let dropped = 0;
    this.#size += NOTE_BYTES;
    while (!this.#fits() && others.length > 1) {
      const message = others.shift();
      if (message === undefined) break;
      const call = this.#calls.get(message.toolCalls[0]?.id ?? "");
      this.#size -= sizeOfText(message) + (call === undefined ? 0 : sizeOfCall(call));
      dropped++;
    }
    while (!this.#fits() && this.#agents.length > 0) this.#size -= sizeOfAgent(this.#agents.shift());
    const content = `[${dropped} older messages left out: the status of this execution would be too large]`;
    const timestamp = others[0]?.timestamp ?? "";
    const note = create(AgentMessageSchema, { type: MessageType.MESSAGE_SYSTEM, content, timestamp });
    this.#messages = [...(first === undefined ? [] : [first]), note, ...others];
  }

  result(): AgentExecutionStatus {
    return {
      ...this.#status,
      toolCalls: this.#listed.flatMap((id) => this.#calls.get(id) ?? []),
      subAgentExecutions: this.#agents,
      messages: this.#messages.map((message) => this.#withCall(message)),
    };
  }

  #withCall(message: AgentMessage): AgentMessage {
    const [call] = message.toolCalls;
    const shown = call === undefined ? undefined : this.#calls.get(call.id);
    return shown === undefined || shown === call ? message : { ...message, toolCalls: [shown] };
  }

  #fits(): boolean {
    return this.#size <= this.#limit;
  }
}

function sizeOfAgent(agent: SubAgentExecution | undefined): number {
  return agent === undefined ? 0 : jsonSize(SubAgentExecutionSchema, agent);
}

const withoutResult = remembered((call) => {
  const note = `[${call.result.length} characters left out: the status of this execution would be too large]`;
  return call.result.length <= note.length ? call : { ...call, result: note };
});

const withoutArguments = remembered((call) => ({ ...call, args: {} }));

const withoutDetails = remembered(({ $typeName, id, name, status }) => {
  return { $typeName, id, name, status, result: "", startedAt: "", completedAt: "", error: "" };
});

/** The same call is shortened for one update after the other: it is made, and measured, once. */
function remembered(shorten: (call: ToolCall) => ToolCall): (call: ToolCall) => ToolCall {
  const known = new WeakMap<ToolCall, ToolCall>();
  return (call) => {
    const shorter = known.get(call) ?? shorten(call);
    known.set(call, shorter);
    return shorter;
  };
}

function shortText(text: string): string {
  return cutToJsonBytes(text, OLD_TEXT_BYTES);
}
