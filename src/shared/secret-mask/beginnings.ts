/** Size of the lookup table, in bits. */
const TABLE_BITS = 16;
/** Multiplicative hash constant (golden ratio). */
const SPREAD = 0x9e3779b1;

/** Tells in one pass which of many patterns a text may contain, by the first 32 bits of each (like a Bloom filter). */
export class Beginnings<T> {
  readonly #table = new Uint32Array(1 << (TABLE_BITS - 5));
  readonly #things = new Map<number, T[]>();

  add(beginning: number, thing: T): void {
    const slot = Math.imul(beginning, SPREAD) >>> (32 - TABLE_BITS);
    this.#table[slot >>> 5] = (this.#table[slot >>> 5] ?? 0) | (1 << (slot & 31));
    const same = this.#things.get(beginning);
    if (same === undefined) this.#things.set(beginning, [thing]);
    else same.push(thing);
  }

  /** @param bits of a value */
  inValues(values: Uint8Array, bits: number): Set<T> {
    const found = new Set<T>();
    let beginning = 0;
    for (let index = 0; index < values.length; index++) {
      beginning = (beginning << bits) | (values[index] ?? 0);
      if (this.#mayBegin(beginning)) this.#take(beginning, found);
    }
    return found;
  }

  /** Of characters the lowest eight bits count. */
  inText(text: string): Set<T> {
    const found = new Set<T>();
    let beginning = 0;
    for (let index = 0; index < text.length; index++) {
      beginning = (beginning << 8) | (text.charCodeAt(index) & 0xff);
      if (this.#mayBegin(beginning)) this.#take(beginning, found);
    }
    return found;
  }

  #mayBegin(beginning: number): boolean {
    const slot = Math.imul(beginning, SPREAD) >>> (32 - TABLE_BITS);
    return ((this.#table[slot >>> 5] ?? 0) & (1 << (slot & 31))) !== 0;
  }

  #take(beginning: number, found: Set<T>): void {
    for (const thing of this.#things.get(beginning) ?? []) found.add(thing);
  }
}

/** The first 32 bits of values. */
export function beginningOf(values: Uint8Array, bits: number): number {
  let beginning = 0;
  for (const value of values.subarray(0, 32 / bits)) beginning = (beginning << bits) | value;
  return beginning;
}
