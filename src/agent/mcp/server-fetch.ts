import type { FetchLike } from "@modelcontextprotocol/client";
import type { AddressPolicy } from "../../shared/address-policy.ts";
import { systemCode } from "../../shared/errors.ts";
import { currentExchange, type Exchange } from "./exchange.ts";
import { MESSAGE_LIMIT, MESSAGE_LIMIT_TEXT } from "./message-limit.ts";

/** Codes of errors that mean that there was no connection: nothing was sent. */
const NO_CONNECTION: ReadonlySet<string> = new Set([
  "ConnectionRefused",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "DNSException",
  "FailedToOpenSocket",
]);

/**
 * A fetch function for the requests to one server. It refuses addresses that the policy forbids, limits what the server
 * sends, and notes what happened to the request.
 */
export function serverFetch(policy: AddressPolicy | undefined): FetchLike {
  return async (url, init) => {
    const exchange = init?.method === "POST" ? currentExchange() : undefined;
    if (exchange !== undefined) {
      exchange.isBegun = true;
      exchange.isUnsent = true;
    }
    await policy?.check(new URL(url));
    const response = await fetch(url, init).catch((error: unknown) => {
      if (exchange !== undefined) exchange.isUnsent = NO_CONNECTION.has(systemCode(error) ?? "");
      throw error;
    });
    if (exchange !== undefined) {
      exchange.isUnsent = false;
      exchange.status = response.status;
    }
    return bounded(response, exchange);
  };
}

/** The same response, which fails when a message in it is too large. */
function bounded(response: Response, exchange: Exchange | undefined): Response {
  if (response.body === null) return response;
  const isStream = /^text\/event-stream\b/i.test(response.headers.get("content-type") ?? "");
  const reader = response.body.getReader();
  const meter = new MessageMeter(isStream);
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        if (value !== undefined) {
          meter.add(value);
          controller.enqueue(value);
        }
        if (!done) return;
        controller.close();
      } catch (error) {
        void reader.cancel(error).catch(() => undefined);
        controller.error(error);
      }
      if (isStream && !meter.canResume) exchange?.onEnd?.();
    },
    cancel: (reason) => reader.cancel(reason),
  });
  const copy = new Response(body, response);
  // The SDK compares it with the URL that it asked for.
  Object.defineProperty(copy, "url", { value: response.url });
  return copy;
}

/** Measures the messages in a response. */
class MessageMeter {
  readonly #isStream: boolean;
  #length = 0;
  /** Whether an event had an id: the SDK then asks for what follows it. */
  canResume = false;

  constructor(isStream: boolean) {
    this.#isStream = isStream;
  }

  /** @throws Error if a message is too large */
  add(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.#length > MESSAGE_LIMIT) throw new Error(`The server sent a message of more than ${MESSAGE_LIMIT_TEXT}.`);
    if (!this.#isStream) return;
    const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    this.canResume ||= /^id:/m.test(text.toString("latin1"));
    // An event ends. If that is split between two chunks, the limit is a little stricter.
    if (text.includes("\n\n") || text.includes("\r\n\r\n")) this.#length = 0;
  }
}
