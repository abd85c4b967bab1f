/** A transformed text: its values, and the position in the text that each comes from. */
export interface View {
  /** Bytes, or half bytes; {@link BREAK} is none of them. Only the first `length` count. */
  readonly values: Uint8Array;
  /** For each value the start of what it was read from. */
  readonly starts: Uint32Array;
  /** For each value the end of what it was read from. */
  readonly ends: Uint32Array;
  readonly length: number;
  /** Index of an escape sequence that is cut off at the end of the text; absent if there is none. */
  readonly unfinished?: number;
}

/** A part of a text: index of its first character, index after its last one. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Builds a {@link View}. */
export class ViewBuilder {
  #values: Uint8Array;
  #starts: Uint32Array;
  #ends: Uint32Array;
  #length = 0;

  /** @param expected how many values come, most likely */
  constructor(expected: number) {
    this.#values = new Uint8Array(expected);
    this.#starts = new Uint32Array(expected);
    this.#ends = new Uint32Array(expected);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number, start: number, end: number): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#values[this.#length] = value;
    this.#starts[this.#length] = start;
    this.#ends[this.#length++] = end;
  }

  /** Takes the last value back. */
  pop(): void {
    this.#length--;
  }

  last(): number | undefined {
    return this.#length === 0 ? undefined : this.#values[this.#length - 1];
  }

  #grow(): void {
    const capacity = 2 * this.#length + 16;
    const grown = [new Uint8Array(capacity), new Uint32Array(capacity), new Uint32Array(capacity)] as const;
    grown[0].set(this.#values);
    grown[1].set(this.#starts);
    grown[2].set(this.#ends);
    [this.#values, this.#starts, this.#ends] = grown;
  }

  view(unfinished?: number): View {
    const length = this.#length;
    return {
      values: this.#values.subarray(0, length),
      starts: this.#starts.subarray(0, length),
      ends: this.#ends.subarray(0, length),
      length,
      ...(unfinished === undefined ? {} : { unfinished }),
    };
  }
}

/** The range of the text that a range of values comes from. */
export function rangeOf(view: View, first: number, count: number): Range {
  return { start: view.starts[first] ?? 0, end: view.ends[first + count - 1] ?? 0 };
}
