import { readFileSync } from "node:fs";
import { EXIT } from "./exit-codes.ts";
import type { Lifecycle } from "./lifecycle.ts";

/** SIGHUP's bit in the masks of `/proc/<pid>/status`. */
const HANGUP_BIT = 1n;

/** The log, as far as signals need it. */
export interface SignalLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/**
 * Turns SIGINT, SIGTERM and SIGHUP into requests: the first one drains, the second one stops, and the third one ends the
 * process. It can listen before there is a log; what it received until then is logged later.
 */
export class SignalHandler {
  readonly lifecycle: Lifecycle;
  #log: (() => SignalLog) | undefined;
  readonly #unlogged: ((log: SignalLog) => void)[] = [];
  readonly #received: NodeJS.Signals[] = [];
  readonly #listeners: (readonly [signal: NodeJS.Signals, listener: NodeJS.SignalsListener])[] = [];

  constructor(lifecycle: Lifecycle) {
    this.lifecycle = lifecycle;
  }

  /** Begins to handle signals. */
  listen(): this {
    this.#on("SIGINT", (signal) => this.#handle(signal));
    this.#on("SIGTERM", (signal) => this.#handle(signal));
    if (!ignoresHangup()) this.#on("SIGHUP", () => this.#hangUp());
    return this;
  }

  /**
   * Logs signals from now on, and those that came before.
   * @param log gives the current log: the first one is replaced when the configuration is read
   */
  logTo(log: () => SignalLog): void {
    this.#log = log;
    for (const write of this.#unlogged.splice(0)) write(log());
  }

  /** Stops handling signals. */
  release(): void {
    for (const [signal, listener] of this.#listeners.splice(0)) process.off(signal, listener);
  }

  /** For commands that do not drain. A signal that was received already ends the process, as it would have by default. */
  async restoreDefaults(): Promise<void> {
    // A signal that was received while the program was loaded is delivered in the next round of the event loop.
    await new Promise<void>((next) => setImmediate(next));
    this.release();
    const [first] = this.#received;
    if (first !== undefined) process.kill(process.pid, first);
  }

  #on(signal: NodeJS.Signals, listener: NodeJS.SignalsListener): void {
    process.on(signal, listener);
    this.#listeners.push([signal, listener]);
  }

  #handle(signal: NodeJS.Signals): void {
    switch (this.#received.push(signal)) {
      case 1:
        this.#write((log) =>
          log.info(`${signal}: draining: running executions may finish. Send it again to stop them`),
        );
        this.lifecycle.requestDrain();
        break;
      case 2:
        this.#write((log) =>
          log.warn(`${signal}: stopping executions that still run. Send it again to exit immediately`),
        );
        this.lifecycle.requestStop();
        break;
      default:
        this.#write((log) => log.error(`${signal}: exiting at once`));
        process.exit(EXIT.interrupted);
    }
  }

  /** The terminal was closed. It never counts as the second signal: the shell and the system both send it. */
  #hangUp(): void {
    if (this.#received.length > 0) return;
    this.#received.push("SIGHUP");
    this.#write((log) => log.info("SIGHUP: the terminal was closed; draining"));
    this.lifecycle.requestDrain();
  }

  #write(write: (log: SignalLog) => void): void {
    if (this.#log === undefined) this.#unlogged.push(write);
    else write(this.#log());
  }
}

/** Whether the program was started by `nohup`, to outlive its terminal. Only Linux shows this. */
function ignoresHangup(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & HANGUP_BIT) !== 0n;
  } catch {
    return false;
  }
}
