import { sleep } from "../../shared/time.ts";

/** Pages that are kept up to date at a time. */
export const MAX_STREAMS = 20;
/** How often a page is compared with what it should show; it takes longer after much was sent. */
const INTERVAL_MS = 250;
const BYTES_PER_MS = 256;
/** How often something is sent at least, so that both sides notice a broken connection. */
const HEARTBEAT_MS = 15_000;
/** How long a reader may take for one message. */
const READ_LIMIT_MS = 30_000;
/** The browser opens the stream again afterwards, and has to prove again that it may. */
const MAX_AGE_MS = 10 * 60_000;

interface StreamLimits {
  readonly maxStreams: number;
  readonly intervalMs: number;
  readonly bytesPerMs: number;
  readonly heartbeatMs: number;
  readonly readLimitMs: number;
  readonly maxAgeMs: number;
}

const DEFAULT_LIMITS: StreamLimits = {
  maxStreams: MAX_STREAMS,
  intervalMs: INTERVAL_MS,
  bytesPerMs: BYTES_PER_MS,
  heartbeatMs: HEARTBEAT_MS,
  readLimitMs: READ_LIMIT_MS,
  maxAgeMs: MAX_AGE_MS,
};

/** The open streams of server-sent events. Each sends a message only after the reader has taken the one before. */
export class PageStreams {
  readonly #limits: StreamLimits;
  readonly #open = new Set<AbortController>();
  #isClosed = false;

  constructor(limits: Partial<StreamLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  get count(): number {
    return this.#open.size;
  }

  /** Whether another stream may be opened. */
  get isFree(): boolean {
    return !this.#isClosed && this.#open.size < this.#limits.maxStreams;
  }

  /** Ends all streams; none is opened afterwards. */
  close(): void {
    this.#isClosed = true;
    for (const stream of this.#open) stream.abort();
  }

  /**
   * @param changes what is new since the last call, as the data of an event
   * @param gone aborts when the reader has left
   */
  open(changes: () => Promise<string | undefined>, gone: AbortSignal): ReadableStream<Uint8Array> {
    const stop = new AbortController();
    const encoder = new TextEncoder();
    const { intervalMs, bytesPerMs, heartbeatMs, readLimitMs, maxAgeMs } = this.#limits;
    const endsAt = Date.now() + maxAgeMs;
    let waitMs = 0;
    let unread: Timer | undefined;
    this.#open.add(stop);
    const end = () => {
      clearTimeout(unread);
      this.#open.delete(stop);
      stop.abort();
    };
    gone.addEventListener("abort", end, { once: true });

    const next = async (): Promise<string | undefined> => {
      const heartbeatAt = Date.now() + heartbeatMs;
      while (!stop.signal.aborted && Date.now() < endsAt) {
        await sleep(waitMs, stop.signal);
        waitMs = intervalMs;
        if (stop.signal.aborted) return undefined;
        const data = await changes();
        if (data !== undefined) {
          waitMs = Math.max(intervalMs, data.length / bytesPerMs);
          return `event: regions\ndata: ${data}\n\n`;
        }
        if (Date.now() >= heartbeatAt) return ": still here\n\n";
      }
      return undefined;
    };

    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          stop.signal.addEventListener("abort", () => closeQuietly(controller), { once: true });
          if (this.#isClosed || gone.aborted) end();
        },
        pull: async (controller) => {
          clearTimeout(unread);
          const text = await next();
          if (text === undefined || stop.signal.aborted) return end();
          controller.enqueue(encoder.encode(text));
          unread = setTimeout(end, readLimitMs);
          unread.unref();
        },
        cancel: end,
      },
      { highWaterMark: 0 },
    );
  }
}

function closeQuietly(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // It is closed already.
  }
}
