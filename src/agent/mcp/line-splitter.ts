import { humanSize } from "../../shared/human-size.ts";

const NEWLINE = 0x0a;

/** Splits a stream of bytes into lines. */
export class LineSplitter {
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  /** @param limit bytes that a line may have */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the line at the end is too long. */
  get isOverflowing(): boolean {
    return this.#length > this.#limit;
  }

  /** The lines that a chunk completes, without their ends. @throws Error as soon as a line is too long */
  *push(chunk: Uint8Array): Generator<string> {
    let rest = chunk;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      this.#add(rest.subarray(0, end));
      yield this.#take();
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) this.#add(rest);
  }

  #add(part: Uint8Array): void {
    this.#parts.push(part);
    this.#length += part.length;
    if (this.isOverflowing) {
      this.#parts = [];
      throw new Error(`a line has more than ${humanSize(this.#limit)}`);
    }
  }

  #take(): string {
    const line = Buffer.concat(this.#parts).toString("utf8");
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
