/** Longest body of a request, in characters: they say little. */
const MAX_BODY = 1_000;

/** The object that a body is; `undefined` if it is something else. */
export function jsonObject(body: string): Readonly<Record<string, unknown>> | undefined {
  if (body.length > MAX_BODY) return undefined;
  try {
    const value: unknown = JSON.parse(body);
    // An array would pass for an object without keys.
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : undefined;
  } catch {
    return undefined;
  }
}
