import { openWithin, type Requirement } from "./requirement.ts";

/** Requirements that yield these values. */
type RequirementsOf<T extends readonly unknown[]> = { readonly [K in keyof T]: Requirement<T[K]> };

/**
 * Opens all requirements at the same time. What was opened is closed with the stack, also when another one fails.
 * @returns their values
 * @throws the failure of the first in the list that failed
 */
export async function openAll<T extends readonly unknown[]>(
  stack: AsyncDisposableStack,
  requirements: RequirementsOf<T>,
): Promise<T> {
  const results = await Promise.allSettled(
    (requirements as readonly Requirement[]).map((requirement) => openWithin(requirement)),
  );
  const values: unknown[] = [];
  let failure: { readonly reason: unknown } | undefined;
  for (const result of results) {
    if (result.status === "rejected") {
      failure ??= result;
      continue;
    }
    values.push(result.value.value);
    stack.defer(() => result.value.close());
  }
  if (failure !== undefined) throw failure.reason;
  return values as unknown as T;
}
