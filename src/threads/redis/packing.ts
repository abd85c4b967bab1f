import { packBlob, unpackBlob } from "../blob-codec.ts";
import { furtherMessages, type StoredMessage, type StoredValue, type WriteRow } from "../checkpoint-storage.ts";
import { SEPARATOR } from "./keys.ts";

/** Packs a value: the ids of its messages (first, so that Lua scripts can read them), a zero byte, the blob. */
export function packValue({ messageIds, ...blob }: StoredValue): Buffer {
  return Buffer.concat([Buffer.from(messageIds.join(",")), Buffer.of(0), packBlob(blob)]);
}

export function unpackValue(bytes: Buffer): StoredValue {
  const [ids, rest] = cutAtZero(bytes);
  return { ...unpackBlob(rest), messageIds: idsOf(ids) };
}

/** Packs a write like a value, with path and channel as JSON and a zero byte before the blob. */
export function packWrite({ taskPath, channel, value: { messageIds, ...blob } }: WriteRow): Buffer {
  const pathAndChannel = Buffer.from(JSON.stringify([taskPath, channel]));
  return Buffer.concat([Buffer.from(messageIds.join(",")), Buffer.of(0), pathAndChannel, Buffer.of(0), packBlob(blob)]);
}

export function unpackWrite(field: string, bytes: Buffer): WriteRow {
  const [taskId = "", index = ""] = field.split(SEPARATOR);
  const [ids, afterIds] = cutAtZero(bytes);
  const [pathAndChannel, rest] = cutAtZero(afterIds);
  const [taskPath, channel] = JSON.parse(pathAndChannel) as [string, string];
  return { taskId, index: Number(index), taskPath, channel, value: { ...unpackBlob(rest), messageIds: idsOf(ids) } };
}

/** Script arguments: the messages to store, and the ids of further ones that must exist. */
export function messageArguments(
  messages: readonly StoredMessage[],
  values: readonly { readonly value: StoredValue }[],
): (string | number | Buffer)[] {
  const needed = furtherMessages(messages, values);
  return [messages.length, ...messages.flatMap(({ id, value }) => [id, packBlob(value)]), needed.length, ...needed];
}

function cutAtZero(bytes: Buffer): [string, Buffer] {
  const end = bytes.indexOf(0);
  return [bytes.subarray(0, end).toString(), bytes.subarray(end + 1)];
}

function idsOf(text: string): string[] {
  return text === "" ? [] : text.split(",");
}
