import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { parseJSONRPCMessage } from "@modelcontextprotocol/client";
import type { SandboxProgram } from "../../sandbox/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { humanSize } from "../../shared/human-size.ts";
import { plainText } from "../../shared/plain-text.ts";
import { sleep, waitAtMost } from "../../shared/time.ts";
import { LineSplitter } from "./line-splitter.ts";
import { MESSAGE_LIMIT } from "./message-limit.ts";
import { Pace } from "./pace.ts";
import type { ServerLog } from "./server-log.ts";

/** Lines that are no messages, of which so many are logged. */
const MAX_ODD_LINES = 20;
/** Messages in one line, which are handled in one go. The protocol has given up lines with several. */
const MAX_BATCH = 1_000;
/** A program that has closed its output usually ends at once. */
const END_AFTER_OUTPUT_MS = 1_000;
/** What a program has started may keep its output open. It is silent for this long before nothing more is expected. */
const SILENCE_AFTER_END_MS = 1_000;
/** Messages that the program has not read. While there are more, nothing that it sends is read. */
const MAX_UNREAD = 1_000;
/** How often it is looked at whether it has read some. */
const UNREAD_CHECK_MS = 20;

/** The transport `stdio`: a message is a line of JSON on the standard input or output of a program. */
export class ProgramTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #program: SandboxProgram;
  readonly #log: ServerLog;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #pace = new Pace();
  /** Aborts when the transport is closed. */
  readonly #over = new AbortController();
  #unread = 0;
  #isSilent = false;
  #oddLines = 0;
  #endReason: string | undefined;
  #isClosed = false;

  constructor(program: SandboxProgram, log: ServerLog) {
    this.#program = program;
    this.#log = log;
    this.#writer = program.input.getWriter();
    // Who writes learns of it.
    this.#writer.closed.catch(() => undefined);
  }

  /** Why the program ended, as a sentence; `undefined` while it runs, and if it was told to end. */
  get endReason(): string | undefined {
    return this.#endReason;
  }

  async start(): Promise<void> {
    void this.#read();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#unread++;
    try {
      await this.#writer.write(this.#encoder.encode(`${JSON.stringify(message)}\n`));
    } finally {
      this.#unread--;
    }
  }

  async close(): Promise<void> {
    this.#closed();
    await this.#program.stop();
  }

  async #read(): Promise<void> {
    const lines = new LineSplitter(MESSAGE_LIMIT);
    const reader = this.#program.output.getReader();
    void this.#program.ended.then(async () => await this.#endWhenSilent(reader));
    let reason: string | undefined;
    try {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        this.#pace.begin();
        for (const line of lines.push(piece.value)) {
          this.#isSilent = false;
          const messages = this.#take(line);
          if (this.#pace.isDue(messages)) await this.#pace.rest();
          while (this.#unread > MAX_UNREAD && !this.#isClosed) await sleep(UNREAD_CHECK_MS, this.#over.signal);
          if (this.#isClosed) return;
        }
      }
    } catch (error) {
      reason = lines.isOverflowing
        ? `The server sent a message of more than ${humanSize(MESSAGE_LIMIT)}, and was stopped.`
        : `The server's output cannot be read: ${messageOf(error)}`;
    }
    if (this.#isClosed) return;
    await waitAtMost(this.#program.ended, reason === undefined ? END_AFTER_OUTPUT_MS : 0);
    const stopped = this.#program.stop();
    const { exitCode, errorTail } = await this.#program.ended;
    await stopped;
    if (this.#isClosed) return;
    this.#endReason = reason ?? endText(exitCode, errorTail);
    this.#closed();
  }

  /** Ends the reading of a program that has ended, although its output may stay open. */
  async #endWhenSilent(reader: { cancel(): Promise<void> }): Promise<void> {
    do {
      this.#isSilent = true;
      await sleep(SILENCE_AFTER_END_MS, this.#over.signal);
    } while (!this.#isSilent && !this.#isClosed);
    await reader.cancel().catch(() => undefined);
  }

  /** @returns the number of messages in the line */
  #take(line: string): number {
    if (line.trim() === "") return 0;
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      this.#odd(line);
      return 0;
    }
    const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
    if (messages.length > MAX_BATCH) {
      this.#odd(line);
      return 0;
    }
    for (const one of messages) {
      const message = toMessage(one);
      if (message === undefined) this.#odd(line);
      else this.onmessage?.(message);
    }
    return messages.length;
  }

  #odd(line: string): void {
    this.#oddLines++;
    if (this.#oddLines <= MAX_ODD_LINES) this.#log.say("A line of its output is no message", line);
    if (this.#oddLines === MAX_ODD_LINES) this.#log.say("Further lines of this kind are not logged");
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#over.abort();
    this.onclose?.();
  }
}

/** @returns `undefined` if it is no message */
function toMessage(value: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(value);
  } catch {
    // An answer that is not valid: nobody should wait for a better one. No result is valid that looks like this.
    const isAnswer = typeof value === "object" && value !== null && "id" in value && !("method" in value);
    const id = isAnswer ? value.id : undefined;
    return typeof id === "number" ? { jsonrpc: "2.0", id, result: { content: "unreadable" } } : undefined;
  }
}

/** How a server ended that was not told to. */
function endText(exitCode: number | undefined, errorTail: string): string {
  const how = exitCode === undefined ? "" : ` with exit code ${exitCode}`;
  const words = plainText(errorTail);
  return `The server ended${how}${words === "" ? ", and said nothing on its standard error." : `. The end of its standard error: ${words}`}`;
}
