import { AsyncLocalStorage } from "node:async_hooks";

/** What a request waits for before it is sent. */
export type Wait = "the look-up of the name" | "a free connection" | "an address that answers";

/**
 * What happened to the HTTP request of one call. The SDK hides it, but it decides whether the call may have been executed:
 * so the transport and the fetch function note it, through AsyncLocalStorage.
 */
export interface Exchange {
  /** Whether the request was begun. */
  isBegun: boolean;
  /** What it waits for; it has not been sent then. */
  waitsFor?: Wait | undefined;
  /** Whether it certainly did not reach the server: no connection, or it was refused before it was sent. */
  isUnsent: boolean;
  /** The status of the response, once there is one. */
  status?: number;
  /** The id of the last event of the response. The server can be asked for what follows it. */
  lastEventId?: string;
  /**
   * Called when the response has ended and further pieces cannot follow; it may have brought the answer.
   * @param refused why what the server sends is not read any more: then it has not
   */
  onEnd?: (refused?: Error) => void;
  /** Aborts when nobody waits for the response any more. */
  over?: AbortSignal;
}

const current = new AsyncLocalStorage<Exchange | undefined>();

/** Runs the request of a call; what happens to it is noted in `exchange`. */
export async function inExchange<T>(exchange: Exchange | undefined, work: () => Promise<T>): Promise<T> {
  return await current.run(exchange, work);
}

export function currentExchange(): Exchange | undefined {
  return current.getStore();
}
