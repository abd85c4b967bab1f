import {
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
  type StreamableHTTPClientTransportOptions,
} from "@modelcontextprotocol/client";
import type { Answers } from "./answers.ts";
import { currentExchange, inExchange } from "./exchange.ts";

/** A server may ask for a shorter time before a stream is resumed, but not for less than this. */
const MIN_RESUME_MS = 100;

type SendOptions = Parameters<StreamableHTTPClientTransport["send"]>[1];

/** Streamable HTTP. Knows what becomes of the streams with answers to calls: see {@link Exchange}. */
export class HttpTransport extends StreamableHTTPClientTransport {
  readonly #answers: Answers;

  /** @param limitMs no stream is resumed later than after this time */
  constructor(url: URL, options: StreamableHTTPClientTransportOptions, answers: Answers, limitMs: number) {
    super(url, {
      ...options,
      reconnectionScheduler: (resume, delayMs) => {
        const timer = setTimeout(resume, Math.min(Math.max(delayMs, MIN_RESUME_MS), limitMs));
        return () => clearTimeout(timer);
      },
    });
    this.#answers = answers;
  }

  override async send(message: JSONRPCMessage | JSONRPCMessage[], options: SendOptions = {}): Promise<void> {
    const exchange = currentExchange();
    // Other messages are sent in the course of a call, too: those that answer the server, or cancel the call.
    if (exchange === undefined || !isCall(message))
      return await inExchange(
        undefined,
        async () => await this.#answers.send(message, async () => await super.send(message, options)),
      );
    const signals = [options.requestSignal, exchange.over].filter((signal) => signal !== undefined);
    await super.send(message, {
      ...options,
      requestSignal: AbortSignal.any(signals),
      onresumptiontoken: (id) => {
        exchange.lastEventId = id;
      },
      onRequestStreamEnd: () => exchange.onEnd?.(),
    });
  }
}

function isCall(message: JSONRPCMessage | JSONRPCMessage[]): boolean {
  return "method" in message && message.method === "tools/call";
}
