import { wellFormed } from "../shared/text.ts";
import { humanDuration } from "../shared/time.ts";

/** Of the bytes that are kept: how many from the start. */
export function headBytes(limit: number): number {
  return Math.ceil(limit * 0.6);
}

/** Of the bytes that are kept: how many from the end. */
export function tailBytes(limit: number): number {
  return limit - headBytes(limit);
}

export interface BoundedText {
  readonly text: string;
  /** Bytes that are missing in it. */
  readonly cut: number;
}

/** What was kept as text, with a line in the middle that says what is missing. */
export function boundedText(head: Buffer, tail: Buffer, total: number): BoundedText {
  const cut = total - head.length - tail.length;
  if (cut <= 0) return { text: Buffer.concat([head, tail]).toString("utf8"), cut: 0 };
  const note = `\n\n[… ${cut} bytes of output cut: only the first ${head.length} and the last ${tail.length} are kept …]\n\n`;
  return { text: wellFormed(head.toString("utf8") + note + tail.toString("utf8")), cut };
}

/** Output with a remark of the sandbox's after it, on a line of its own. */
export function withNote(output: string, note: string): string {
  return output === "" ? note : `${output.trimEnd()}\n${note}`;
}

/** Of a command that was stopped because its time was over. */
export function withTimeoutNote(output: string, timeoutMs: number): string {
  return withNote(
    output,
    `[The command did not end within ${humanDuration(timeoutMs)} and was stopped with everything it had started.]`,
  );
}

/** Takes any amount of bytes and keeps the first and the last of them. */
export class BoundedOutput {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  #head: Buffer[] = [];
  #headSize = 0;
  #tail: Buffer[] = [];
  #tailSize = 0;
  #total = 0;

  /** @param limit bytes that are kept */
  constructor(limit: number) {
    this.#headLimit = headBytes(limit);
    this.#tailLimit = tailBytes(limit);
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

  read(): BoundedText {
    const all = Buffer.concat(this.#tail);
    return boundedText(Buffer.concat(this.#head), all.subarray(Math.max(all.length - this.#tailLimit, 0)), this.#total);
  }
}
