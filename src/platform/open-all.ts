/** Something that was opened, and how it is closed. */
type Opened<T> = readonly [made: T, close: () => void];

/**
 * Waits for all of them; what was opened is closed with the stack, also where another one fails.
 * @throws the failure of the first in the list that failed
 */
export async function openAll<T extends readonly unknown[]>(
  stack: AsyncDisposableStack,
  opening: { readonly [K in keyof T]: Promise<Opened<T[K]>> },
): Promise<T> {
  const results = await Promise.allSettled(opening as readonly Promise<Opened<unknown>>[]);
  for (const result of results) if (result.status === "fulfilled") stack.defer(result.value[1]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
  return results.map((result) => (result.status === "fulfilled" ? result.value[0] : undefined)) as unknown as T;
}
