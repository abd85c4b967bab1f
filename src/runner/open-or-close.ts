import type { Lifecycle } from "../cli/index.ts";
import { sleep, untilAborted } from "../shared/time.ts";

/** How long a drain during the start waits for something that is being opened, in order to close it. */
const CLOSE_LATE_LIMIT_MS = 3_000;

interface Closable {
  close(): Promise<void>;
}

/**
 * Waits for something that is being opened. If a drain is requested meanwhile, waits up to a limit to close it again. A
 * stop ends that wait.
 * @throws StartInterrupted if a drain was requested; otherwise what opening throws
 */
export async function openOrClose<T extends Closable>(opening: Promise<T>, lifecycle: Lifecycle): Promise<T> {
  try {
    return await untilAborted(opening, lifecycle.drainRequested);
  } catch (error) {
    if (!lifecycle.drainRequested.aborted) throw error;
    const over = new AbortController();
    const closed = opening.then((late) => late.close()).catch(() => undefined);
    await Promise.race([closed, lifecycle.whenReached("stopping"), sleep(CLOSE_LATE_LIMIT_MS, over.signal)]);
    over.abort();
    throw lifecycle.drainRequested.reason;
  }
}

/** Waits for an opening, but no longer than until a stop is requested. @throws StartInterrupted; what opening throws */
export async function rejectOnStop<T>(opening: Promise<T>, lifecycle: Lifecycle): Promise<T> {
  const stopped = lifecycle.whenReached("stopping").then(() => Promise.reject(lifecycle.drainRequested.reason));
  // Both may fail when nobody waits for them any more.
  for (const promise of [opening, stopped]) promise.catch(() => undefined);
  return await Promise.race([opening, stopped]);
}
