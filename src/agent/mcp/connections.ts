import { Semaphore } from "../../shared/semaphore.ts";

/**
 * Bun has 256 connections for all requests of this process, and what waits for a free one hangs. So MCP servers of all
 * executions get only a part of them: streams that stay open as long as a server is connected, and everything else.
 */
const MAX_LISTENING = 80;
const MAX_REQUESTS = 80;
/** Calls of one execution: those that hang must not take all connections from the others. */
const MAX_CALLS_OF_EXECUTION = 20;

const requests = new Semaphore(MAX_REQUESTS);
let listening = 0;

/** Waits for a connection. @returns releases it @throws the signal's reason */
export async function acquireRequest(signal: AbortSignal | null | undefined): Promise<() => void> {
  return await requests.acquire(signal ?? new AbortController().signal);
}

/** The connections that the calls of one execution can have at the same time. */
export class CallShare {
  readonly #calls = new Semaphore(MAX_CALLS_OF_EXECUTION);

  /** Waits for a connection. @returns releases it @throws the signal's reason */
  async acquire(signal: AbortSignal): Promise<() => void> {
    const releaseCall = await this.#calls.acquire(signal);
    try {
      const releaseRequest = await requests.acquire(signal);
      return () => {
        releaseRequest();
        releaseCall();
      };
    } catch (error) {
      releaseCall();
      throw error;
    }
  }
}

/** @returns releases it; `undefined` if no further stream can stay open */
export function acquireListening(): (() => void) | undefined {
  if (listening >= MAX_LISTENING) return undefined;
  listening++;
  let isHeld = true;
  return () => {
    if (isHeld) listening--;
    isHeld = false;
  };
}
