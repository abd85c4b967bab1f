import { sleep } from "../../shared/time.ts";

/** Messages of one server that are handled in a row, … */
export const MESSAGES_IN_A_ROW = 50;
/** … and for how long, before everything else in this process gets its turn. */
const WORK_MS = 10;
const REST_MS = 10;

/**
 * Keeps a server that sends without end from taking the whole process: what it sends then waits, and slows the server
 * down. One server is given at most 5,000 messages a second, and half of a processor.
 */
export class Pace {
  #messages = 0;
  #since = performance.now();
  #resting: Promise<void> = Promise.resolve();

  /** To be told of each message, and of each piece that is none. @returns whether a {@link rest} is due */
  isDue(messages: number): boolean {
    this.#messages += messages;
    return this.#messages >= MESSAGES_IN_A_ROW || performance.now() - this.#since > WORK_MS;
  }

  /** As long as the work was. Several streams of one server rest one after the other. */
  async rest(): Promise<void> {
    const ms = Math.max(REST_MS, performance.now() - this.#since);
    this.#resting = this.#resting.then(async () => await sleep(ms));
    await this.#resting;
    this.#messages = 0;
    this.#since = performance.now();
  }

  /** Time that was spent waiting is no work. */
  begin(): void {
    this.#since = performance.now();
  }
}
