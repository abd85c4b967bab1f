import type { JSONRPCMessage } from "@modelcontextprotocol/client";
import { waitInQueue } from "../../shared/wait-in-queue.ts";

/** Answers that a server has not taken. While there are more, nothing that it sends is read. */
const MAX_UNTAKEN = 20;

/** Answers to the requests of a server over HTTP, each of which takes a connection. */
export class Answers {
  #untaken = 0;
  readonly #waiting: (() => void)[] = [];

  /** Waits while the server has not taken too many. @throws the signal's reason */
  async room(signal: AbortSignal): Promise<void> {
    while (this.#untaken > MAX_UNTAKEN) {
      signal.throwIfAborted();
      await waitInQueue(this.#waiting, signal);
    }
  }

  /** @param send sends the message, and waits for the server to take it */
  async send(message: JSONRPCMessage | JSONRPCMessage[], send: () => Promise<void>): Promise<void> {
    if (Array.isArray(message) || "method" in message) return await send();
    this.#untaken++;
    try {
      await send();
    } finally {
      this.#untaken--;
      if (this.#untaken <= MAX_UNTAKEN) for (const next of this.#waiting.splice(0)) next();
    }
  }
}
