/** The value of a JSON text; `undefined`, which JSON does not have, if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
