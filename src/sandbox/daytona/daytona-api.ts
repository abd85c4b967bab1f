import { Daytona, type Sandbox as DaytonaSandbox } from "@daytonaio/sdk";
import type { DaytonaConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { retry } from "../../shared/retry.ts";
import { sleep, untilAborted } from "../../shared/time.ts";
import { DaytonaFailure, explainDaytona, explainListing, retryAfterMs } from "./daytona-error.ts";

/** How long one request may take. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Together with the waits about half a minute. */
const RETRY = { retries: 6, initialMs: 500, maxMs: 10_000 };
/** A longer Retry-After is cut to this. */
const MAX_RETRY_AFTER_MS = 30_000;

const PING_TIMEOUT_MS = 4_000;
/** How many sandboxes one request lists. */
const PAGE = 100;

export type { DaytonaSandbox };

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly retries?: number;
}

/** Daytona's SDK, with retries and with errors that say what to do. */
export class DaytonaApi {
  readonly client: Daytona;
  readonly #log: Logger;

  readonly #retry: typeof RETRY;

  /** @param retries how often requests are repeated, and after which waits */
  constructor(config: DaytonaConfig, log: Logger, retries: typeof RETRY = RETRY) {
    this.#log = log;
    this.#retry = retries;
    this.client = new Daytona({
      apiKey: config.apiKey,
      apiUrl: config.apiUrl,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      // Otherwise the SDK opens another connection for events, which can fail too.
      useDeprecatedPolling: true,
      otelEnabled: false,
      ...(config.target === undefined ? {} : { target: config.target }),
    });
  }

  /**
   * Sends a request, and repeats it if the error is transient.
   * @param what as in "create a sandbox", for errors
   * @throws DaytonaFailure; the signal's reason
   */
  async call<T>(what: string, work: (client: Daytona) => Promise<T>, options: CallOptions = {}): Promise<T> {
    const { signal, retries = this.#retry.retries } = options;
    const attempt = async () => {
      try {
        return await untilAborted(work(this.client), signal);
      } catch (error) {
        signal?.throwIfAborted();
        const failure = explainDaytona(what, error);
        const wait = retryAfterMs(failure);
        if (wait !== undefined) await sleep(Math.min(wait, MAX_RETRY_AFTER_MS), signal);
        throw failure;
      }
    };
    return await retry(attempt, {
      ...this.#retry,
      retries,
      isTransient: (error) => error instanceof DaytonaFailure && error.isTransient,
      onRetry: (error) => this.#log.debug(`Trying again: ${String(error)}`),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** A sandbox by id or name. @returns `undefined` if there is none @throws DaytonaFailure */
  async find(idOrName: string, signal?: AbortSignal): Promise<DaytonaSandbox | undefined> {
    const options = signal === undefined ? {} : { signal };
    return await this.call(`find the sandbox ${idOrName}`, (client) => client.get(idOrName), options).catch(
      (error: unknown) => {
        if (error instanceof DaytonaFailure && error.reason === "not-found") return undefined;
        throw error;
      },
    );
  }

  /** All sandboxes with these labels. @throws DaytonaFailure */
  async list(labels: Record<string, string>, signal?: AbortSignal): Promise<DaytonaSandbox[]> {
    const options = signal === undefined ? {} : { signal };
    return await this.call(
      "list sandboxes",
      async (client) => {
        const found: DaytonaSandbox[] = [];
        for await (const sandbox of client.list({ labels, limit: PAGE })) found.push(sandbox);
        return found;
      },
      options,
    );
  }

  /** Sends one small request without retries and with a short time limit. @throws DaytonaFailure */
  async ping(): Promise<void> {
    const signal = AbortSignal.timeout(PING_TIMEOUT_MS);
    const first = (client: Daytona) => client.list({ limit: 1 })[Symbol.asyncIterator]().next();
    try {
      await this.call("list sandboxes", first, { retries: 0, signal });
    } catch (error) {
      if (!signal.aborted) throw explainListing(error);
      throw new DaytonaFailure("timeout", `Daytona did not answer within ${PING_TIMEOUT_MS / 1000} s.`, error);
    }
  }

  async close(): Promise<void> {
    await this.client[Symbol.asyncDispose]();
  }
}
