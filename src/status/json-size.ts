import { type DescMessage, type MessageShape, toJsonString } from "@bufbuild/protobuf";
import { boundaryBefore } from "../shared/graphemes.ts";
import { type AgentMessage, AgentMessageSchema, type ToolCall, ToolCallSchema } from "../stigmer/index.ts";

/** Bytes that JSON adds per element of a list. */
const SEPARATOR = 2;
/** Bytes that JSON adds around a call in its message. */
const CALL_FRAME = ',"toolCalls":[]'.length;

const sizes = new WeakMap<object, number>();

/** Bytes of a protobuf message in JSON, cached by `key`. */
export function jsonSize<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  key: object = message,
): number {
  const known = sizes.get(key);
  if (known !== undefined) return known;
  const size = Buffer.byteLength(toJsonString(schema, message)) + SEPARATOR;
  sizes.set(key, size);
  return size;
}

export function sizeOfCall(call: ToolCall): number {
  return jsonSize(ToolCallSchema, call);
}

/** Size of a message without its call. */
export function sizeOfText(message: AgentMessage): number {
  return (
    jsonSize(AgentMessageSchema, { ...message, toolCalls: [] }, message) +
    (message.toolCalls.length > 0 ? CALL_FRAME : 0)
  );
}

/** Cuts a text so that it takes at most `limit` bytes in JSON, plus a note of what was cut. */
export function cutToJsonBytes(text: string, limit: number): string {
  const bytes = (length: number) => Buffer.byteLength(JSON.stringify(text.slice(0, length))) - 2;
  if (bytes(text.length) <= limit) return text;
  let [fits, tooLong] = [0, text.length];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (bytes(middle) <= limit) fits = middle;
    else tooLong = middle;
  }
  const end = boundaryBefore(text, fits);
  return `${text.slice(0, end).toWellFormed()} [… ${text.length - end} characters left out]`;
}
