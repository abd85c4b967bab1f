import { SandboxError } from "../sandbox-error.ts";
import { CLOSE_INPUT, WRITE } from "./program-scripts.ts";
import type { RemoteShell } from "./remote-shell.ts";
import type { Answer } from "./shell.ts";

/** A piece up to this size travels in the script that brings it; a longer one is uploaded. */
const MAX_INLINE_BYTES = 45_000;
/** Maximum size of a piece. */
const MAX_PIECE_BYTES = 1024 * 1024;
/** Who writes waits while more than this is on its way. */
const PENDING_LIMIT = 256 * 1024;
/** How long one request waits for a program that does not read. */
const WAIT_MS = 20_000;
/** How often a piece is uploaded that arrives incomplete. */
const UPLOAD_ATTEMPTS = 3;

/**
 * The input of a remote program. What is written while a request is under way goes with the next one. Pieces are numbered,
 * so that a repeated request does not write twice.
 */
export class ProgramInput {
  readonly stream: WritableStream<Uint8Array>;
  readonly #shell: RemoteShell;
  readonly #dir: string;
  readonly #signal: AbortSignal;
  readonly #onFailure: (error: unknown) => void;
  #controller: WritableStreamDefaultController | undefined;
  #pending: Uint8Array[] = [];
  #size = 0;
  #number = 0;
  #flushing: Promise<void> | undefined;
  #failure: unknown;

  /**
   * @param signal ends its requests
   * @param onFailure is called if it is unknown whether the program got something, or if it cannot get any more
   */
  constructor(shell: RemoteShell, dir: string, signal: AbortSignal, onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
    this.#shell = shell;
    this.#dir = dir;
    this.#signal = signal;
    this.stream = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#close(),
      abort: () => this.#end().catch(() => undefined),
    });
  }

  /** Settles when everything that was written was sent, or cannot be sent. Never rejects. */
  async flushed(): Promise<void> {
    if (this.#failure === undefined) await this.#flushing;
  }

  /** From now on, writing fails. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#controller?.error(error);
  }

  async #write(chunk: Uint8Array): Promise<void> {
    this.#check();
    // A copy: the writer may reuse its buffer.
    this.#pending.push(chunk.slice());
    this.#size += chunk.length;
    this.#flushing ??= this.#flush();
    if (this.#size > PENDING_LIMIT) await this.#flushing;
    this.#check();
  }

  async #close(): Promise<void> {
    await this.#flushing;
    this.#check();
    await this.#end();
  }

  async #end(): Promise<void> {
    await this.#shell.run(CLOSE_INPUT, { dir: this.#dir }, { signal: this.#signal });
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Sends what is pending. Never rejects. */
  async #flush(): Promise<void> {
    try {
      while (this.#size > 0 && this.#failure === undefined) await this.#send(this.#take());
    } catch (error) {
      this.fail(error);
      // A program may close its input and go on.
      if (!(error instanceof InputClosed)) this.#onFailure(error);
    } finally {
      this.#flushing = undefined;
    }
  }

  #take(): Uint8Array {
    const all = this.#pending.length === 1 ? (this.#pending[0] ?? new Uint8Array()) : Buffer.concat(this.#pending);
    const piece = all.subarray(0, MAX_PIECE_BYTES);
    const rest = all.subarray(piece.length);
    this.#pending = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return piece;
  }

  async #send(piece: Uint8Array): Promise<void> {
    const n = ++this.#number;
    const isInline = piece.length <= MAX_INLINE_BYTES;
    const upload = isInline ? "" : `${this.#dir}/upload.${n}`;
    const data = isInline ? Buffer.from(piece).toString("base64") : "";
    const variables = { dir: this.#dir, n, size: piece.length, data, upload, wait_s: WAIT_MS / 1000 };
    for (let attempt = 1; ; attempt++) {
      if (!isInline) await this.#shell.upload(upload, piece, this.#signal);
      const { code } = await this.#answer(variables);
      if (code === "ok") return;
      if (code === "incomplete" && !isInline && attempt < UPLOAD_ATTEMPTS) continue;
      if (code === "closed") throw new InputClosed();
      throw new SandboxError("unavailable", PROBLEMS[code] ?? "The sandbox did not take the program's input.");
    }
  }

  async #answer(variables: Readonly<Record<string, string | number>>): Promise<Answer> {
    for (;;) {
      const answer = await this.#shell.run(WRITE, variables, { waitMs: WAIT_MS, signal: this.#signal });
      if (answer.code !== "busy") return answer;
    }
  }
}

const PROBLEMS: Readonly<Record<string, string>> = {
  incomplete: "The program's input could not be stored: the sandbox's disk is full.",
  gone: "The program's records in the sandbox were deleted.",
};

class InputClosed extends SandboxError {
  constructor() {
    super("unavailable", "The program has ended, or does not read its input any more.");
  }
}
