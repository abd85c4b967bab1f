import { wellFormed } from "../shared/text.ts";

/** Takes any amount of bytes and keeps the first and the last of them. */
export class BoundedOutput {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  #head: Buffer[] = [];
  #headSize = 0;
  #tail: Buffer[] = [];
  #tailSize = 0;
  #total = 0;

  /** @param limit bytes that are kept: 60 % of them from the start, the rest from the end */
  constructor(limit: number) {
    this.#headLimit = Math.ceil(limit * 0.6);
    this.#tailLimit = limit - this.#headLimit;
  }

  push(chunk: Buffer): void {
    this.#total += chunk.length;
    const room = this.#headLimit - this.#headSize;
    const head = chunk.subarray(0, Math.max(room, 0));
    if (head.length > 0) {
      this.#head.push(head);
      this.#headSize += head.length;
    }
    const rest = chunk.subarray(head.length);
    if (rest.length === 0) return;
    this.#tail.push(rest);
    this.#tailSize += rest.length;
    // Whole chunks that lie outside of the tail by themselves are let go; the rest is cut when it is read.
    while (this.#tailSize - (this.#tail[0]?.length ?? 0) >= this.#tailLimit) {
      this.#tailSize -= this.#tail.shift()?.length ?? 0;
    }
  }

  /** The text, with a line in the middle that says what is missing, and how many bytes that is. */
  read(): { readonly text: string; readonly cut: number } {
    const head = Buffer.concat(this.#head);
    const all = Buffer.concat(this.#tail);
    const tail = all.subarray(Math.max(all.length - this.#tailLimit, 0));
    const cut = this.#total - head.length - tail.length;
    if (cut === 0) return { text: Buffer.concat([head, tail]).toString("utf8"), cut: 0 };
    const note = `\n\n[… ${cut} bytes of output cut: only the first ${head.length} and the last ${tail.length} are kept …]\n\n`;
    return { text: wellFormed(head.toString("utf8") + note + tail.toString("utf8")), cut };
  }
}
