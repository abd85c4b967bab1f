import { type DescMessage, type MessageShape, toJsonString } from "@bufbuild/protobuf";
import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  type AgentMessage,
  AgentMessageSchema,
  MessageType,
  type ToolCall,
  ToolCallSchema,
} from "../stigmer/index.ts";
import { STATUS_LIMIT } from "./limits.ts";

/** Texts of the model that are older than the newest one are cut to this where nothing else is left to leave out. */
const OLD_TEXT_LIMIT = 200;
/** What JSON adds around and between parts, per part. */
const SEPARATOR = 2;

const sizes = new WeakMap<object, number>();

/**
 * The status within {@link STATUS_LIMIT}: where it is too large, the oldest results of calls are left out, then their
 * arguments, then old texts, then the oldest calls' details; what was left out says so. Messages keep their places,
 * since readers know them by position.
 */
export function fitStatus(status: AgentExecutionStatus, limit = STATUS_LIMIT): AgentExecutionStatus {
  const fitting = new Fitting(status, limit);
  fitting.shortenCalls(withoutResult);
  fitting.shortenCalls(withoutArguments);
  fitting.shortenTexts();
  fitting.shortenCalls(withoutDetails);
  return fitting.result();
}

/** A status while it is made smaller, with its size always known. */
class Fitting {
  readonly #status: AgentExecutionStatus;
  readonly #limit: number;
  readonly #calls: Map<string, ToolCall>;
  readonly #messages: AgentMessage[];
  #size: number;

  constructor(status: AgentExecutionStatus, limit: number) {
    this.#status = status;
    this.#limit = limit;
    this.#calls = new Map(status.toolCalls.map((call) => [call.id, call]));
    this.#messages = [...status.messages];
    this.#size = jsonSize(AgentExecutionStatusSchema, { ...status, messages: [], toolCalls: [] });
    // Each call stands in the list and in its message.
    for (const call of status.toolCalls) this.#size += 2 * sizeOfCall(call);
    for (const message of status.messages) this.#size += sizeOfText(message);
  }

  /** Shortens calls, the oldest first, until the status fits. */
  shortenCalls(shorten: (call: ToolCall) => ToolCall): void {
    for (const [id, call] of this.#calls) {
      if (this.#size <= this.#limit) return;
      const shorter = shorten(call);
      this.#size -= 2 * (sizeOfCall(call) - sizeOfCall(shorter));
      this.#calls.set(id, shorter);
    }
  }

  /** Shortens what the model said, the oldest first, but not what it said last. */
  shortenTexts(): void {
    for (const [index, message] of this.#messages.entries()) {
      if (this.#size <= this.#limit) return;
      if (message.type !== MessageType.MESSAGE_AI || index === this.#messages.length - 1) continue;
      const shorter = { ...message, content: shortText(message.content) };
      this.#size -= sizeOfText(message) - sizeOfText(shorter);
      this.#messages[index] = shorter;
    }
  }

  result(): AgentExecutionStatus {
    return {
      ...this.#status,
      toolCalls: this.#listedCalls(),
      messages: this.#messages.map((message) => withCalls(message, this.#calls)),
    };
  }

  /** Each call stands in its message too: the oldest of the list can be spared where nothing else is left. */
  #listedCalls(): ToolCall[] {
    const calls = [...this.#calls.values()];
    let size = this.#size;
    let first = 0;
    for (const call of calls) {
      if (size <= this.#limit) break;
      size -= sizeOfCall(call);
      first++;
    }
    return calls.slice(first);
  }
}

function withCalls(message: AgentMessage, calls: ReadonlyMap<string, ToolCall>): AgentMessage {
  const [call] = message.toolCalls;
  const shown = call === undefined ? undefined : calls.get(call.id);
  return shown === undefined || shown === call ? message : { ...message, toolCalls: [shown] };
}

function withoutResult(call: ToolCall): ToolCall {
  const note = `[${call.result.length} characters left out: the status of this execution would be too large]`;
  return call.result.length <= note.length ? call : { ...call, result: note };
}

function withoutArguments(call: ToolCall): ToolCall {
  return { ...call, args: {} };
}

function withoutDetails({ $typeName, id, name, status }: ToolCall): ToolCall {
  return { $typeName, id, name, status, result: "", startedAt: "", completedAt: "", error: "" };
}

function shortText(text: string): string {
  if (text.length <= OLD_TEXT_LIMIT) return text;
  return `${text.slice(0, OLD_TEXT_LIMIT).toWellFormed()} [… ${text.length - OLD_TEXT_LIMIT} characters left out]`;
}

function sizeOfCall(call: ToolCall): number {
  return jsonSize(ToolCallSchema, call) + SEPARATOR;
}

function sizeOfText(message: AgentMessage): number {
  return jsonSize(AgentMessageSchema, { ...message, toolCalls: [] }, message) + SEPARATOR;
}

/** Bytes of a message in JSON, remembered by `key`. */
function jsonSize<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>, key: object = message): number {
  const known = sizes.get(key);
  if (known !== undefined) return known;
  const size = Buffer.byteLength(toJsonString(schema, message));
  sizes.set(key, size);
  return size;
}
