import { wellFormed } from "../shared/text.ts";

/** Takes any amount of output and keeps its last bytes. */
export class OutputTail {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);

  /** @param limit how many bytes are kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  push(chunk: Uint8Array): void {
    const all = chunk.length >= this.#limit ? chunk : Buffer.concat([this.#bytes, chunk]);
    // A copy, so that a large chunk is not kept alive.
    this.#bytes = Buffer.from(all.subarray(Math.max(all.length - this.#limit, 0)));
  }

  /** Without the end of a character that was cut. */
  read(): string {
    const start = this.#bytes.length < this.#limit ? 0 : this.#bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
    return wellFormed(this.#bytes.subarray(Math.max(start, 0)).toString("utf8"));
  }
}
