import { AsyncLocalStorage } from "node:async_hooks";

/**
 * What happened to the HTTP request of one call. The SDK hides it, but it decides whether the call may have been executed:
 * so the fetch function notes it, through AsyncLocalStorage.
 */
export interface Exchange {
  /** Whether the request was begun. */
  isBegun: boolean;
  /** Whether it certainly did not reach the server: no connection, or it was refused before it was sent. */
  isUnsent: boolean;
  /** The status of the response, once there is one. */
  status?: number;
  /** Called when the response has ended and further pieces cannot follow; it may have brought the answer. */
  onEnd?: () => void;
}

const current = new AsyncLocalStorage<Exchange>();

/** Runs the request of a call; what happens to it is noted in `exchange`. */
export async function inExchange<T>(exchange: Exchange, work: () => Promise<T>): Promise<T> {
  return await current.run(exchange, work);
}

export function currentExchange(): Exchange | undefined {
  return current.getStore();
}
