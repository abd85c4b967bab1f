/** Deepest nesting that is looked at; below it, values may be circular. */
const MAX_DEPTH = 24;
const ARRAY = Symbol("array");
const OBJECT = Symbol("object");

/**
 * What an object was made of at a time: tells whether it is still the same, without reading its texts again, since a
 * text that has not been replaced is found equal at once.
 */
export class Fingerprint {
  readonly #parts: readonly unknown[];

  private constructor(parts: readonly unknown[]) {
    this.#parts = parts;
  }

  /** @returns `undefined` where the object holds what could change unseen */
  static of(value: object): Fingerprint | undefined {
    const parts: unknown[] = [];
    const whole = walk(value, 0, (part) => parts.push(part) > 0);
    return whole ? new Fingerprint(parts) : undefined;
  }

  matches(value: object): boolean {
    let next = 0;
    return walk(value, 0, (part) => Object.is(part, this.#parts[next++])) && next === this.#parts.length;
  }
}

/** Visits what a value is made of, in order, until a visit says no. @returns whether all was visited */
function walk(value: unknown, depth: number, visit: (part: unknown) => boolean): boolean {
  if (typeof value !== "object" || value === null) return visit(value);
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    return visit(ARRAY) && visit(value.length) && value.every((item) => walk(item, depth + 1, visit));
  }
  // The object itself may be of any class; what it holds must be plain.
  if (depth > 0 && !isPlain(value)) return false;
  const keys = Object.keys(value);
  const held = value as Readonly<Record<string, unknown>>;
  return visit(OBJECT) && visit(keys.length) && keys.every((key) => visit(key) && walk(held[key], depth + 1, visit));
}

/** Whether an object is a mere collection of properties. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
