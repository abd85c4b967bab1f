import { causes, messageOf } from "../../shared/errors.ts";

/** The messages of an error and its causes, for pattern matching. */
export function chainText(error: unknown): string {
  const parts = [...causes(error)].map(messageOf);
  return parts.filter((part, index) => parts.indexOf(part) === index).join(": ");
}

/** What `look` finds first among an error and its causes. */
export function fromChain<T>(error: unknown, look: (cause: object) => T | undefined): T | undefined {
  for (const cause of causes(error)) {
    if (typeof cause !== "object" || cause === null) continue;
    const found = look(cause);
    if (found !== undefined) return found;
  }
  return undefined;
}
