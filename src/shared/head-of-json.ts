/** Objects and lists within each other that are shown. */
const MAX_DEPTH = 100;

/** The first characters of a value as JSON. No more of it is made than that. */
export function headOfJson(value: unknown, limit: number): string {
  let text = "";
  for (const piece of piecesOf(value, limit)) {
    text += piece;
    if (text.length >= limit) return text.slice(0, limit);
  }
  return text;
}

/** @param limit characters of a piece that are of use */
function* piecesOf(value: unknown, limit: number, depth = 0): Generator<string> {
  const scalar = (part: unknown) => JSON.stringify(typeof part === "string" ? part.slice(0, limit) : part) ?? "null";
  let separator = "";
  if (depth >= MAX_DEPTH) yield '"…"';
  else if (Array.isArray(value)) {
    yield "[";
    for (const part of value) {
      yield separator;
      yield* piecesOf(part, limit, depth + 1);
      separator = ",";
    }
    yield "]";
  } else if (typeof value === "object" && value !== null) {
    yield "{";
    for (const key in value) {
      yield `${separator}${scalar(key)}:`;
      yield* piecesOf(Reflect.get(value, key), limit, depth + 1);
      separator = ",";
    }
    yield "}";
  } else yield scalar(value);
}
