/** Values nested deeper than this get no fingerprint; they may be circular. */
const MAX_DEPTH = 24;
const ARRAY = Symbol("array");
const OBJECT = Symbol("object");

/**
 * A snapshot of what an object consists of. Tells whether the object was changed since. This is cheap: a string that was
 * not replaced compares equal by reference.
 */
export class Fingerprint {
  readonly #parts: readonly unknown[];

  private constructor(parts: readonly unknown[]) {
    this.#parts = parts;
  }

  /** @returns `undefined` if the object contains values that could change without being noticed */
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

/** Visits all parts of a value in order until `visit` returns false. @returns whether everything was visited */
function walk(value: unknown, depth: number, visit: (part: unknown) => boolean): boolean {
  if (typeof value !== "object" || value === null) return visit(value);
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    return visit(ARRAY) && visit(value.length) && value.every((item) => walk(item, depth + 1, visit));
  }
  // The object itself may be of any class; its properties must be plain.
  if (depth > 0 && !isPlain(value)) return false;
  const keys = Object.keys(value);
  const fields = value as Readonly<Record<string, unknown>>;
  return visit(OBJECT) && visit(keys.length) && keys.every((key) => visit(key) && walk(fields[key], depth + 1, visit));
}

/** Whether an object is a plain record, without a class. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
