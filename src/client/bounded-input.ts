import { humanSize } from "../shared/human-size.ts";
import { untilAborted } from "../shared/time.ts";
import { ClientError } from "./client-error.ts";

/**
 * Reads text up to its end.
 * @param name describes the input in errors: `The message on standard input`
 * @throws ClientError if it is longer than the limit or not text; the signal's reason
 */
export async function readText(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  limit: number,
  signal: AbortSignal,
): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const next = await untilAborted(iterator.next(), signal);
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.length;
    if (length > limit) throw new ClientError(`${name} is longer than ${humanSize(limit)}: make it shorter.`);
  }
  return textOf(Buffer.concat(parts), name);
}

function textOf(bytes: Buffer, name: string): string {
  if (bytes.includes(0)) throw new ClientError(`${name} is no text: it contains NUL bytes.`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ClientError(`${name} is no text in UTF-8: convert it, for instance with iconv.`);
  }
}
