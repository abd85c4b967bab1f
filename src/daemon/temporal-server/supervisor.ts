import type { Logger } from "../../log/index.ts";
import { backoffMs } from "../../shared/backoff.ts";
import { messageOf } from "../../shared/errors.ts";
import { humanDuration, sleep } from "../../shared/time.ts";
import { DevError } from "../dev-error.ts";
import type { ServerProcess } from "./server-process.ts";

/** How often a server is started again within the window before it is given up. */
const MAX_RESTARTS = 5;
const WINDOW_MS = 600_000;
const BACKOFF = { initialMs: 500, maxMs: 10_000 };

export interface SupervisorDeps {
  /** The one that runs. */
  readonly server: ServerProcess;
  /** Starts another one. */
  readonly begin: () => ServerProcess;
  /** Waits until it answers. @throws where it does not, with what it said; the signal's reason */
  readonly ready: (server: ServerProcess, stopped: AbortSignal) => Promise<void>;
  readonly log: Logger;
}

/** Starts a server again when it ends: its database has what was going on. */
export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #stopping = new AbortController();
  readonly #lost = Promise.withResolvers<DevError>();
  readonly #watching: Promise<void>;
  #server: ServerProcess;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
    this.#server = deps.server;
    this.#watching = this.#watch();
  }

  /** Resolves when the server has ended too often to be started again. */
  get lost(): Promise<DevError> {
    return this.#lost.promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#server.stop();
    await this.#watching;
    // One that was being started at that moment.
    await this.#server.stop();
  }

  async #watch(): Promise<void> {
    const { log } = this.#deps;
    const { signal } = this.#stopping;
    let ends: number[] = [];
    for (;;) {
      await this.#server.exited;
      if (signal.aborted) return;
      const now = Date.now();
      ends = [...ends.filter((end) => now - end < WINDOW_MS), now];
      const said = complaint(this.#server);
      if (ends.length > MAX_RESTARTS) {
        this.#lost.resolve(gone(said));
        return;
      }
      log.warn(
        `The Temporal development server has ended: ${said}. Starting it again (${ends.length} of ${MAX_RESTARTS})`,
      );
      await sleep(backoffMs(ends.length, BACKOFF), signal);
      if (signal.aborted) return;
      await this.#restart();
    }
  }

  /** A server that does not get ready is ended, and counts as one that has ended by itself. */
  async #restart(): Promise<void> {
    const { begin, ready, log } = this.#deps;
    try {
      this.#server = begin();
      await ready(this.#server, this.#stopping.signal);
      log.info("The Temporal development server runs again");
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      // Why it ended is told with the next attempt.
      log.debug(messageOf(error));
      await this.#server.stop();
    }
  }
}

function complaint(server: ServerProcess): string {
  try {
    return server.complaint() || "it said nothing; it may have been killed";
  } catch (error) {
    return `its log cannot be read (${messageOf(error)})`;
  }
}

function gone(said: string): DevError {
  const often = `${MAX_RESTARTS + 1} times within ${humanDuration(WINDOW_MS)}`;
  return new DevError(
    "temporal-failed",
    `The Temporal development server ended ${often}, the last time with: ${said}`,
    [
      "Look into temporal.log in the data directory.",
      "If the disk is full, free space; if memory is short, the kernel may have killed the server: see `dmesg`.",
      "If its database is damaged, remove temporal.db beside the log.",
    ],
  );
}
