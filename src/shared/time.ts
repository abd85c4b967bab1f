import { setTimeout as sleepTimer } from "node:timers/promises";

/** RFC 3339 in UTC with milliseconds: `2026-01-19T10:00:00.123Z`. */
export function rfc3339(date: Date = new Date()): string {
  return date.toISOString();
}

/** Resolves after `ms`, or without an error when the signal aborts. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await sleepTimer(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/** Lets other pending work run; for use within long computations. */
export async function yieldToEventLoop(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A duration for people: `0.3 s`, `12 s`, `3 min 4 s`, `5 h 6 min`, `7 d 8 h`. */
export function humanDuration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/**
 * The promise's result, or a rejection with `onTimeout()` after `ms`. The underlying work continues; pass it a signal if it
 * can be stopped.
 */
export async function withTimeout<T>(promise: Promise<T>, ms: number, onTimeout: () => Error): Promise<T> {
  const timer = Promise.withResolvers<never>();
  const handle = setTimeout(() => timer.reject(onTimeout()), ms);
  try {
    return await Promise.race([promise, timer.promise]);
  } finally {
    clearTimeout(handle);
  }
}

/** Waits for a promise for at most `ms`. @throws the promise's rejection within that time */
export async function waitAtMost(promise: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([promise, sleep(ms, over.signal)]);
  } finally {
    over.abort();
  }
}

/** The promise's result, or a rejection with the signal's reason if it aborts first. The underlying work continues. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  // The other one may still fail, when nobody listens any more.
  promise.catch(() => undefined);
  try {
    return await Promise.race([aborted.promise, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
