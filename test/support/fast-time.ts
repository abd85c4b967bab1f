import { jest } from "bun:test";

/**
 * Does something whose timers expire at once, in their order: what waits a minute takes a moment, and a slow machine
 * changes nothing. Only for work within this process, which waits for nothing but timers.
 */
export async function inFastTime<T>(work: () => Promise<T>): Promise<T> {
  jest.useFakeTimers();
  try {
    let isDone = false;
    const result = work().finally(() => {
      isDone = true;
    });
    result.catch(() => undefined);
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      jest.advanceTimersByTime(1);
    }
    return await result;
  } finally {
    jest.useRealTimers();
  }
}
