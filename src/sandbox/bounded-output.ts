import { wellFormed } from "../shared/text.ts";
import { humanDuration } from "../shared/time.ts";

/** How many of the kept bytes are from the start. */
export function headBytes(limit: number): number {
  return Math.ceil(limit * 0.6);
}

/** How many of the kept bytes are from the end. */
export function tailBytes(limit: number): number {
  return limit - headBytes(limit);
}

export interface BoundedText {
  readonly text: string;
  /** Bytes that were cut. */
  readonly cut: number;
}

/** The kept bytes as text. A line in the middle says how much was cut. */
export function boundedText(head: Buffer, tail: Buffer, total: number): BoundedText {
  const cut = total - head.length - tail.length;
  if (cut <= 0) return { text: Buffer.concat([head, tail]).toString("utf8"), cut: 0 };
  const note = `\n\n[… ${cut} bytes of output cut: only the first ${head.length} and the last ${tail.length} are kept …]\n\n`;
  return { text: wellFormed(head.toString("utf8") + note + tail.toString("utf8")), cut };
}

/** Appends a note of the sandbox to an output, on its own line. */
export function withNote(output: string, note: string): string {
  return output === "" ? note : `${output.trimEnd()}\n${note}`;
}

/** Appends the note that the command was stopped at its time limit. */
export function withTimeoutNote(output: string, timeoutMs: number): string {
  return withNote(
    output,
    `[The command did not end within ${humanDuration(timeoutMs)} and was stopped with everything that it had started.]`,
  );
}

/** Takes any amount of output and keeps its first and last bytes. */
export class BoundedOutput {
  readonly #headLimit: number;
  readonly #tailLimit: number;
  #head: Buffer[] = [];
  #headSize = 0;
  #tail: Buffer[] = [];
  #tailSize = 0;
  #total = 0;

  /** @param limit how many bytes are kept */
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
    // Drops whole chunks that are outside of the tail. read() cuts the rest.
    while (this.#tailSize - (this.#tail[0]?.length ?? 0) >= this.#tailLimit) {
      this.#tailSize -= this.#tail.shift()?.length ?? 0;
    }
  }

  read(): BoundedText {
    const all = Buffer.concat(this.#tail);
    return boundedText(Buffer.concat(this.#head), all.subarray(Math.max(all.length - this.#tailLimit, 0)), this.#total);
  }
}
