import type { Logger } from "../../log/index.ts";

/** Lines of one server that are logged. */
const MAX_LINES = 1_000;
/** Characters of a line. */
const LINE_LIMIT = 1_000;

/** What a server says beside its answers, at debug level. A server without end cannot fill the log. */
export class ServerLog {
  readonly #log: Logger;
  #lines = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Whether what is said is written anywhere. */
  get isWritten(): boolean {
    return this.#log.isDebug && this.#lines <= MAX_LINES;
  }

  /** @param value what the server said; shown as JSON, if it is no text */
  say(what: string, value?: unknown): void {
    if (!this.isWritten) return;
    this.#lines++;
    if (this.#lines > MAX_LINES) {
      this.#log.debug("Further words of this server are not logged");
      return;
    }
    const text = typeof value === "string" ? value : JSON.stringify(value);
    this.#log.debug(text === undefined ? what : `${what}: ${text.slice(0, LINE_LIMIT)}`);
  }
}
