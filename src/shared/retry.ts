import pRetry, { AbortError } from "p-retry";
import type { Backoff } from "./backoff.ts";

export interface RetryOptions extends Backoff {
  /** Attempts besides the first one. */
  readonly retries: number;
  /** Whether it may help to try again. */
  readonly isTransient: (error: unknown) => boolean;
  readonly signal?: AbortSignal;
  /** Told of a failure that is followed by another attempt. */
  readonly onRetry?: (error: unknown) => void;
}

/** Retries with exponential backoff. @throws the last error; the signal's reason if it aborted */
export async function retry<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { retries, initialMs, maxMs, isTransient, signal, onRetry } = options;
  return await pRetry(
    async () => {
      signal?.throwIfAborted();
      return await work();
    },
    {
      retries,
      minTimeout: initialMs,
      maxTimeout: maxMs,
      factor: 2,
      randomize: true,
      shouldRetry: ({ error }) => !(error instanceof AbortError) && isTransient(error),
      ...(signal === undefined ? {} : { signal }),
      ...(onRetry === undefined
        ? {}
        : {
            onFailedAttempt: ({ error, retriesLeft }) =>
              retriesLeft > 0 && isTransient(error) ? onRetry(error) : undefined,
          }),
    },
  );
}
