import type { Logger } from "../../log/index.ts";
import { headOfJson } from "../../shared/head-of-json.ts";

/** Lines of one server that are logged. */
const MAX_LINES = 1_000;
/** Characters of a line. */
const LINE_LIMIT = 1_000;
/** Characters in which secrets are replaced before the line is cut: the cut could leave a half of one, which is not found. */
const READ_LIMIT = 10_000;

/** What a server says beside its answers, at debug level. A server without end cannot fill the log. */
export class ServerLog {
  readonly #log: Logger;
  readonly #mask: (text: string) => string;
  #lines = 0;

  /** @param mask replaces secrets */
  constructor(log: Logger, mask: (text: string) => string) {
    this.#log = log;
    this.#mask = mask;
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
    this.#log.debug(value === undefined ? what : `${what}: ${this.#headOf(value)}`);
  }

  #headOf(value: unknown): string {
    const text = typeof value === "string" ? value.slice(0, READ_LIMIT) : headOfJson(value, READ_LIMIT);
    return this.#mask(text).slice(0, LINE_LIMIT);
  }
}
