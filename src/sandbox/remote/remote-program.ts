import { messageOf } from "../../shared/errors.ts";
import { waitAtMost } from "../../shared/time.ts";
import { OutputTail } from "../output-tail.ts";
import {
  CLEANUP_LIMIT_MS,
  ERROR_TAIL_LIMIT,
  lastWord,
  type ProgramEnd,
  type ProgramRequest,
  type SandboxProgram,
} from "../program.ts";
import { SandboxError } from "../sandbox-error.ts";
import { ProgramInput } from "./program-input.ts";
import { OUTPUT_AT_ONCE, POLL, STOP_PROGRAM } from "./program-scripts.ts";
import { MachineStopped } from "./remote-host.ts";
import type { RemoteShell } from "./remote-shell.ts";

/** How long one request waits for output. */
const WAIT_S = 20;
/** Output that nobody has read yet: above this, no more is fetched, and the program has to wait. */
const UNREAD_LIMIT = 2 * OUTPUT_AT_ONCE;
/** How long stopping a program may take, besides its cleanup. */
const STOP_TIMEOUT_MS = 15_000;
/** How long a program that is stopped may take to get what was written before. */
const LAST_INPUT_MS = 1_000;

const FULL = "[The sandbox's disk is full: the program was ended.]";
const NOT_STOPPED = "[It is unknown whether the program still runs: the sandbox did not answer.]";

/** A program in a remote sandbox. One request waits for its output at any time. */
export class RemoteProgram implements SandboxProgram {
  readonly input: WritableStream<Uint8Array>;
  readonly output: ReadableStream<Uint8Array>;
  readonly ended: Promise<ProgramEnd>;
  readonly #shell: RemoteShell;
  readonly #dir: string;
  readonly #hasCleanup: boolean;
  readonly #stdin: ProgramInput;
  /** Aborts when nothing more is asked of the program. */
  readonly #over = new AbortController();
  readonly #settle: (end: ProgramEnd) => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Ends a request that does not ask for output, because someone wants some now. */
  #unneeded: AbortController | undefined;
  /** The number of the next piece of output. */
  #next = 1;
  #hasEnded = false;
  #isOutputOver = false;
  #stopped: Promise<void> | undefined;

  constructor(shell: RemoteShell, dir: string, { cleanup }: ProgramRequest) {
    this.#shell = shell;
    this.#dir = dir;
    this.#hasCleanup = cleanup !== undefined;
    const { promise, resolve } = Promise.withResolvers<ProgramEnd>();
    this.ended = promise;
    this.#settle = resolve;
    this.#stdin = new ProgramInput(shell, dir, this.#over.signal, (error) => void this.#fail(error));
    this.input = this.#stdin.stream;
    this.output = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#unneeded?.abort(),
        cancel: () => {
          this.#isOutputOver = true;
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: UNREAD_LIMIT }),
    );
  }

  /** Begins to fetch its output. @param signal aborting stops it */
  follow(signal: AbortSignal): void {
    const abort = () => void this.stop();
    signal.addEventListener("abort", abort, { once: true });
    void this.ended.then(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) abort();
    void this.#follow().catch((error: unknown) => this.#fail(error));
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async #follow(): Promise<void> {
    while (!(this.#hasEnded && this.#isOutputOver) && !this.#over.signal.aborted) await this.#poll();
  }

  /** Asks once for output and the end. @throws SandboxError if the program is gone */
  async #poll(): Promise<void> {
    const take = !this.#isOutputOver && (this.#controller?.desiredSize ?? 0) > 0;
    const unneeded = take ? undefined : new AbortController();
    this.#unneeded = unneeded;
    const signals = [this.#over.signal, ...(unneeded === undefined ? [] : [unneeded.signal])];
    const variables = {
      dir: this.#dir,
      next: this.#next,
      take: take ? "1" : "",
      knows_code: this.#hasEnded ? "1" : "",
      wait_s: WAIT_S,
    };
    const options = { waitMs: WAIT_S * 1000, signal: AbortSignal.any(signals) };
    const answer = await this.#shell.run(POLL, variables, options).catch((error: unknown) => {
      if (unneeded?.signal.aborted !== true) throw error;
    });
    if (answer === undefined || this.#over.signal.aborted) return;
    if (answer.code === "gone") throw gone("its records in the sandbox were deleted");
    const [code = "", pieces = "", end = "", full = "", data = "", tail = ""] = answer.body.split("\n");
    this.#next += Number(pieces);
    if (data !== "") this.#enqueue(Buffer.from(data, "base64"));
    if (end !== "") this.#endOutput();
    if (code !== "") this.#end(Number(code), withNote(errorTail(tail), full === "" ? "" : FULL));
    if (answer.code === "lost") {
      const why =
        "it was killed together with its supervisor: by a command, by the kernel (out of memory?), or because the sandbox was stopped";
      throw gone(why, errorTail(tail));
    }
  }

  #enqueue(bytes: Uint8Array): void {
    if (!this.#isOutputOver) this.#controller?.enqueue(bytes);
  }

  #endOutput(error?: unknown): void {
    if (this.#isOutputOver) return;
    this.#isOutputOver = true;
    if (error === undefined) this.#controller?.close();
    else this.#controller?.error(error);
  }

  #end(exitCode: number | undefined, tail: string): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#stdin.fail(new SandboxError("unavailable", "The program has ended."));
    this.#settle({ exitCode, errorTail: tail });
  }

  /** Never throws. */
  async #fail(error: unknown): Promise<void> {
    if (this.#over.signal.aborted) return;
    const tail = error instanceof ProgramGone ? error.errorTail : "";
    // Before it is stopped: its streams end with the reason.
    this.#stdin.fail(error);
    this.#endOutput(error);
    if (error instanceof ProgramGone || error instanceof MachineStopped) {
      this.#over.abort();
      this.#end(undefined, withNote(tail, `[${messageOf(error)}]`));
      return;
    }
    await this.stop();
  }

  async #stop(): Promise<void> {
    await lastWord();
    await waitAtMost(this.#stdin.flushed(), LAST_INPUT_MS);
    const hasNothingLeft = this.#hasEnded && this.#isOutputOver && !this.#hasCleanup;
    this.#over.abort(new SandboxError("unavailable", "The program was stopped."));
    if (!hasNothingLeft) {
      const signal = AbortSignal.timeout(STOP_TIMEOUT_MS + (this.#hasCleanup ? CLEANUP_LIMIT_MS : 0));
      const waitMs = this.#hasCleanup ? CLEANUP_LIMIT_MS : 0;
      const answer = await this.#shell.run(STOP_PROGRAM, { dir: this.#dir }, { signal, waitMs }).catch(() => undefined);
      const [code = "", tail = ""] = answer?.body.split("\n") ?? [];
      this.#end(
        code.trim() === "" ? undefined : Number(code),
        withNote(errorTail(tail), answer === undefined ? NOT_STOPPED : ""),
      );
    }
    this.#endOutput();
  }
}

/** A program that ended without a record of its end. */
class ProgramGone extends SandboxError {
  readonly errorTail: string;

  constructor(message: string, tail: string) {
    super("unavailable", message);
    this.errorTail = tail;
  }
}

function gone(why: string, tail = ""): ProgramGone {
  return new ProgramGone(`It is unknown how the program ended: ${why}.`, tail);
}

function errorTail(base64: string): string {
  const tail = new OutputTail(ERROR_TAIL_LIMIT);
  tail.push(Buffer.from(base64, "base64"));
  return tail.read();
}

function withNote(tail: string, note: string): string {
  return [tail.trimEnd() === "" ? "" : tail, note].filter((part) => part !== "").join("\n");
}
