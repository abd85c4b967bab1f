/** How long something is waited for: against hanging, and less than a test may take, so that the test says what is missing. */
const HANGING_MS = 120_000;

/** Retries until `attempt` does not throw, and returns its result. @throws its last error after the time limit */
export async function eventually<T>(attempt: () => T | Promise<T>, limitMs = HANGING_MS): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) throw error;
      await Bun.sleep(20);
    }
  }
}

/**
 * Gives what must not happen some time to happen. A time that is too short for this machine makes a test weaker, and
 * never fails it. What can be seen to happen is waited for with {@link until} instead.
 */
export const pause = (ms: number): Promise<void> => Bun.sleep(ms);

/** Whether a promise has no outcome yet. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => false,
    () => false,
  );
  return await Promise.race([settled, new Promise<true>((resolve) => setImmediate(() => resolve(true)))]);
}

/** Waits until the condition holds. @throws naming what was waited for */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = HANGING_MS,
): Promise<void> {
  await eventually(async () => {
    if (!(await condition())) throw new Error(`waited in vain: ${what}`);
  }, limitMs);
}
