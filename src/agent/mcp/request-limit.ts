import { humanDuration } from "../../shared/time.ts";
import { ConnectError } from "./connect-error.ts";

/** Aborts a request that takes too long. */
export class RequestLimit {
  readonly #over = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @returns aborts when the time is over, or with the signal */
  within(signal: AbortSignal | null | undefined): AbortSignal {
    return signal ? AbortSignal.any([signal, this.#over.signal]) : this.#over.signal;
  }

  /** From now on the time counts. */
  begin(ms: number): void {
    this.#timer = setTimeout(
      () => this.#over.abort(new ConnectError(`It did not answer within ${humanDuration(ms)}.`)),
      ms,
    );
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
