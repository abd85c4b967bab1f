import { sleep } from "../../shared/time.ts";

/** Waits between the attempts of one call, and tells the user once if that takes long. */
export class RetryWait {
  /** When the first wait began. */
  #since: number | undefined;
  readonly #patienceMs: number;
  readonly #deadline: number;
  readonly #notify: (text: string) => void;
  #told = false;

  constructor(patienceMs: number, deadline: number, notify: (text: string) => void) {
    this.#patienceMs = patienceMs;
    this.#deadline = deadline;
    this.#notify = notify;
  }

  /** @param why continues with what the runner does */
  async for(ms: number, why: string, signal: AbortSignal): Promise<void> {
    const end = Date.now() + ms;
    this.#since ??= Date.now();
    const tellAt = this.#since + this.#patienceMs;
    if (!this.#told && end >= tellAt) {
      await sleep(Math.max(tellAt - Date.now(), 0), signal);
      if (signal.aborted) return;
      this.#told = true;
      this.#notify(
        `${why}. The runner tries again at ${clock(end)}, and waits until ${clock(this.#deadline)} at the latest.`,
      );
    }
    await sleep(Math.max(end - Date.now(), 0), signal);
  }
}

function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 19)} UTC`;
}
