/**
 * Waits for something that is being opened. If the wait ends before it is open, it is closed as soon as it opens.
 * @param wait limits the wait, for example by a time or a signal
 * @throws what `wait` throws
 */
export async function closeIfLate<T>(
  opening: Promise<T>,
  wait: (opening: Promise<T>) => Promise<T>,
  close: (late: T) => unknown,
): Promise<T> {
  try {
    return await wait(opening);
  } catch (error) {
    opening.then(close).catch(() => undefined);
    throw error;
  }
}
