import type { JSONRPCMessage } from "@modelcontextprotocol/client";

/** Answers that a server has not taken. While there are more, nothing that it sends is read. */
const MAX_UNTAKEN = 20;

/** Answers to the requests of a server over HTTP, each of which takes a connection. */
export class Answers {
  #untaken = 0;

  get areTooMany(): boolean {
    return this.#untaken > MAX_UNTAKEN;
  }

  /** @param send sends the message, and waits for the server to take it */
  async send(message: JSONRPCMessage | JSONRPCMessage[], send: () => Promise<void>): Promise<void> {
    if (Array.isArray(message) || "method" in message) return await send();
    this.#untaken++;
    try {
      await send();
    } finally {
      this.#untaken--;
    }
  }
}
