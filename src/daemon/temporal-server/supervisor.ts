import type { Logger } from "../../log/index.ts";
import { backoffMs } from "../../shared/backoff.ts";
import { messageOf } from "../../shared/errors.ts";
import { humanDuration, sleep } from "../../shared/time.ts";
import { DevError } from "../dev-error.ts";
import type { ServerProcess } from "./server-process.ts";

/** A server that ends more often than this within the window is not started again. */
const MAX_RESTARTS = 5;
const WINDOW_MS = 600_000;
const BACKOFF = { initialMs: 500, maxMs: 10_000 };

export interface SupervisorDeps {
  /** The running one. */
  readonly server: ServerProcess;
  readonly start: () => ServerProcess;
  /** Waits until it answers. @throws DevError with the reason why it does not; the signal's reason */
  readonly waitUntilReady: (server: ServerProcess, stopped: AbortSignal) => Promise<void>;
  readonly log: Logger;
}

/** Starts a server again when it ends. Its database keeps the state. */
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

  /** Resolves when the server has ended too often. */
  get lost(): Promise<DevError> {
    return this.#lost.promise;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#server.stop();
    await this.#watching;
    // Another one may just have been started.
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
      const reason = reasonOf(this.#server);
      if (ends.length > MAX_RESTARTS) {
        this.#lost.resolve(gaveUp(reason));
        return;
      }
      log.warn(
        `The Temporal development server has ended: ${reason}. Starting it again (${ends.length} of ${MAX_RESTARTS})`,
      );
      await sleep(backoffMs(ends.length, BACKOFF), signal);
      if (signal.aborted) return;
      await this.#restart();
    }
  }

  /** A server that does not become ready is stopped. That counts as one more end. */
  async #restart(): Promise<void> {
    const { start, waitUntilReady, log } = this.#deps;
    try {
      this.#server = start();
      await waitUntilReady(this.#server, this.#stopping.signal);
      log.info("The Temporal development server runs again");
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      // The next attempt logs why it ended.
      log.debug(messageOf(error));
      await this.#server.stop();
    }
  }
}

function reasonOf(server: ServerProcess): string {
  try {
    return server.explain() || "it wrote nothing";
  } catch (error) {
    return `its log cannot be read (${messageOf(error)})`;
  }
}

function gaveUp(reason: string): DevError {
  const often = `${MAX_RESTARTS + 1} times within ${humanDuration(WINDOW_MS)}`;
  return new DevError("temporal-failed", `The Temporal development server ended ${often}, the last time: ${reason}`, [
    "Read temporal.log in the data directory.",
    "If the disk is full, free space; if memory is short, the kernel may have killed the server: see `dmesg`.",
    "If its database is damaged, remove temporal.db beside the log.",
  ]);
}
