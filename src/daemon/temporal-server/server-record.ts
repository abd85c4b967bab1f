import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Logger } from "../../log/index.ts";
import { hasEnded, identityOf } from "../../shared/process-identity.ts";
import { humanDuration, sleep } from "../../shared/time.ts";
import { STOP_LIMIT_MS } from "./server-process.ts";

/** How long the server of a `dev` that was killed may take to end. The watchdog kills it earlier. */
const END_LIMIT_MS = 3 * STOP_LIMIT_MS;
const POLL_MS = 50;

/**
 * A file that names the server of a data directory. It outlives a `dev` that was killed, as the server does for a
 * moment.
 */
export class ServerRecord {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Names a server that has just been started. @returns a function to be called when it has ended */
  write(pid: number): () => void {
    const identity = identityOf(pid);
    attempt(() => writeFileSync(this.#file, identity, { mode: 0o600 }));
    return () => {
      if (this.#read() === identity) attempt(() => rmSync(this.#file, { force: true }));
    };
  }

  /**
   * Waits until the server that was named last has ended. Two servers cannot use one database, and a connection to the
   * old one would soon be lost.
   * @throws the signal's reason
   */
  async waitUntilEnded(log: Logger, signal: AbortSignal): Promise<void> {
    const identity = this.#read();
    // A server that cannot be seen from here ran on another machine, or in a container that is gone.
    const isRunning = () => hasEnded(identity) === false;
    if (!isRunning()) return;
    log.info("Waiting for the Temporal development server of a `dev` that was killed to end …");
    const end = Date.now() + END_LIMIT_MS;
    while (isRunning() && Date.now() < end) {
      await sleep(POLL_MS, signal);
      signal.throwIfAborted();
    }
    if (isRunning())
      log.warn(`The Temporal development server of an earlier \`dev\` still runs after ${humanDuration(END_LIMIT_MS)}`);
  }

  #read(): string {
    return attempt(() => readFileSync(this.#file, "utf8").trim()) ?? "";
  }
}

/** The server works without the record too. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
