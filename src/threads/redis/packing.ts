import { packBlob, unpackBlob } from "../blob-codec.ts";
import type { StoredMessage, StoredValue, WriteRow } from "../checkpoint-rows.ts";
import { SEPARATOR } from "./keys.ts";

/** The ids of the parts, first so that scripts can read them, then a zero byte, then the rest. */
export function packValue({ parts, ...blob }: StoredValue): Buffer {
  return Buffer.concat([Buffer.from(parts.join(",")), Buffer.of(0), packBlob(blob)]);
}

export function unpackValue(bytes: Buffer): StoredValue {
  const [parts, rest] = cutAtZero(bytes);
  return { ...unpackBlob(rest), parts: idsOf(parts) };
}

/** As a value, with path and channel as JSON and a zero byte before the blob. */
export function packWrite({ taskPath, channel, value: { parts, ...blob } }: WriteRow): Buffer {
  const place = Buffer.from(JSON.stringify([taskPath, channel]));
  return Buffer.concat([Buffer.from(parts.join(",")), Buffer.of(0), place, Buffer.of(0), packBlob(blob)]);
}

export function unpackWrite(field: string, bytes: Buffer): WriteRow {
  const [taskId = "", index = ""] = field.split(SEPARATOR);
  const [parts, afterParts] = cutAtZero(bytes);
  const [place, rest] = cutAtZero(afterParts);
  const [taskPath, channel] = JSON.parse(place) as [string, string];
  return { taskId, index: Number(index), taskPath, channel, value: { ...unpackBlob(rest), parts: idsOf(parts) } };
}

/** What scripts are given to store parts, and to look whether those exist that are not given. */
export function messageArguments(
  parts: readonly StoredMessage[],
  values: readonly { readonly value: StoredValue }[],
): (string | number | Buffer)[] {
  const given = new Set(parts.map(({ id }) => id));
  const needed = new Set(values.flatMap(({ value }) => value.parts).filter((id) => !given.has(id)));
  return [parts.length, ...parts.flatMap(({ id, value }) => [id, packBlob(value)]), needed.size, ...needed];
}

function cutAtZero(bytes: Buffer): [string, Buffer] {
  const end = bytes.indexOf(0);
  return [bytes.subarray(0, end).toString(), bytes.subarray(end + 1)];
}

function idsOf(text: string): string[] {
  return text === "" ? [] : text.split(",");
}
