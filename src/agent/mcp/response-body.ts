import { humanSize } from "../../shared/human-size.ts";
import type { Answers } from "./answers.ts";
import type { Exchange } from "./exchange.ts";
import { MESSAGE_LIMIT } from "./message-limit.ts";
import { MESSAGES_IN_A_ROW, type Pace } from "./pace.ts";

/**
 * Bytes of several messages in one body of JSON, which the protocol has given up. They are handled in one go. The SDK takes
 * none of them in an event of a stream.
 */
const BATCH_LIMIT = 1024 * 1024;
/** The end of an event. */
const EVENT_END = /\r\n\r\n|\n\n|\r\r/g;
const SPACE = 0x20;
const OPENING_BRACKET = 0x5b;

interface BodyDeps {
  /** What was asked for; the response may come from an address of it. */
  readonly url: URL;
  /** Of the server: all its responses are read at this pace. */
  readonly pace: Pace;
  /** Of the call that the response belongs to. */
  readonly exchange: Exchange | undefined;
  readonly answers: Answers;
  /** Of the request. */
  readonly signal: AbortSignal;
  /** Releases the connection; further calls have no effect. */
  readonly release: () => void;
}

/** A body is not read any further; the message is why, as the middle of a sentence. */
class BodyRefused extends Error {
  override readonly name = "BodyRefused";
}

/** Whether the response is a stream of events. */
export function isEventStream({ headers }: Response): boolean {
  return /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");
}

/**
 * The same response, which is read at a limited pace, and fails when a message in it is too large. It holds its connection
 * up to its end.
 */
export function limitedResponse(response: Response, deps: BodyDeps): Response {
  if (response.body === null) {
    deps.release();
    return withUrl(response, deps.url);
  }
  const isStream = isEventStream(response);
  const isTooLarge = !isStream && Number(response.headers.get("content-length")) > MESSAGE_LIMIT;
  const reader = response.body.getReader();
  const over = new AbortController();
  const end = (reason?: unknown) => {
    deps.signal.removeEventListener("abort", abort);
    deps.release();
    over.abort(reason);
  };
  // Also if nobody reads at this moment.
  const abort = () => end(deps.signal.reason);
  deps.signal.addEventListener("abort", abort, { once: true });
  const chunks = limitedChunks(reader, isStream, over.signal, deps);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (isTooLarge) throw tooLarge();
        const { value, done } = await chunks.next();
        if (!done) return controller.enqueue(value);
        // A body that was aborted may end like one that is complete.
        deps.signal.throwIfAborted();
        end();
        controller.close();
      } catch (error) {
        end(error);
        void reader.cancel(error).catch(() => undefined);
        if (error instanceof BodyRefused) deps.exchange?.onEnd?.(error);
        controller.error(error);
      }
    },
    cancel(reason) {
      end(reason);
      return reader.cancel(reason);
    },
  });
  return withUrl(new Response(body, response), deps.url);
}

/** The SDK compares it with the URL that it asked for. */
function withUrl(response: Response, url: URL): Response {
  return Object.defineProperty(response, "url", { value: url.href });
}

/** @throws BodyRefused if a message is too large; the signal's reason */
async function* limitedChunks(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">,
  isStream: boolean,
  signal: AbortSignal,
  { pace, answers }: BodyDeps,
): AsyncGenerator<Uint8Array> {
  const meter = new Meter();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    const chunk = read.value;
    pace.begin();
    for (const piece of isStream ? eventsOf(chunk) : [{ bytes: chunk, events: 0 }]) {
      meter.add(piece);
      yield piece.bytes;
      if (pace.isDue(piece.events)) await pace.rest();
      await answers.room(signal);
    }
  }
}

function tooLarge(): BodyRefused {
  return new BodyRefused(`the server sent a message of more than ${humanSize(MESSAGE_LIMIT)}`);
}

interface Piece {
  readonly bytes: Uint8Array;
  /** How many end in it. */
  readonly events: number;
}

/** Measures the message that is being read. */
class Meter {
  /** The first byte that is no space: it may not be in the first piece. */
  #first: number | undefined;
  #length = 0;

  /** @throws BodyRefused if the message is too large */
  add({ bytes, events }: Piece): void {
    this.#first ??= bytes.find((byte) => byte > SPACE);
    this.#length += bytes.length;
    if (this.#length > MESSAGE_LIMIT) throw tooLarge();
    if (this.#first === OPENING_BRACKET && this.#length > BATCH_LIMIT)
      throw new BodyRefused(`the server sent several messages at once, of more than ${humanSize(BATCH_LIMIT)}`);
    // If an end is split between two chunks, the limit is a little stricter.
    if (events > 0) this.#length = 0;
  }
}

/** Splits a chunk: its reader handles a piece in one go. */
function* eventsOf(chunk: Uint8Array): Generator<Piece> {
  // In latin1, a character is a byte.
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1");
  let start = 0;
  let events = 0;
  for (const { index, 0: end } of text.matchAll(EVENT_END)) {
    events++;
    if (events < MESSAGES_IN_A_ROW) continue;
    const next = index + end.length;
    yield { bytes: chunk.subarray(start, next), events };
    start = next;
    events = 0;
  }
  if (start < chunk.length) yield { bytes: chunk.subarray(start), events };
}
