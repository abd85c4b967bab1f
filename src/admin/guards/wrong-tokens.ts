import type { Context } from "hono";
import type { Logger } from "../../log/index.ts";
import { plural } from "../../shared/text.ts";
import { sleep } from "../../shared/time.ts";
import { BoundedLog, type LogBudget } from "../bounded-log.ts";
import { type CallBindings, COUNTED } from "../call-log.ts";

const LIMITS = {
  /** Wrong tokens of a source are forgotten this long after the first. */
  windowMs: 60_000,
  /** So many are answered at once: people mistype. */
  free: 3,
  /** Further ones wait, each twice as long as the one before. */
  firstDelayMs: 100,
  maxDelayMs: 2_000,
  /** After so many, wrong tokens are answered with 429 for the rest of the window. */
  tolerated: 20,
  /** Sources that are known at a time; of further ones the oldest are forgotten. */
  sources: 1_000,
  /** Answers that are delayed at a time; further ones are 429. */
  delayed: 32,
};
type WrongTokenLimits = Readonly<typeof LIMITS>;

interface Source {
  count: number;
  readonly endsAt: number;
  /** Forgets it and tells the log how many it tried. */
  readonly end: () => void;
}

/**
 * Slows down those who try tokens, and tells the log once a minute how many each source tried. The right token is always
 * accepted at once: if it were not, a client with an old token could lock out the operator behind the same address. So
 * this does not limit guesses. The length of the token does.
 */
export class WrongTokens {
  readonly #sources = new Map<string, Source>();
  readonly #limits: WrongTokenLimits;
  readonly #log: Logger;
  readonly #lines: BoundedLog;
  #delayed = 0;

  constructor(log: Logger, budget?: LogBudget, limits: Partial<WrongTokenLimits> = {}) {
    this.#log = log;
    this.#limits = { ...LIMITS, ...limits };
    this.#lines = new BoundedLog(
      (count) =>
        log.warn(`${plural(count, "further source")} of wrong admin tokens ${count === 1 ? "is" : "are"} not named`),
      budget,
    );
  }

  /** Sources with wrong tokens in the last minute. */
  get count(): number {
    return this.#sources.size;
  }

  /**
   * Counts one, and resolves when it may be answered.
   * @returns seconds until another try is answered, if there were too many
   */
  async seen(c: Context): Promise<number | undefined> {
    const address = ((c.env ?? {}) as CallBindings).source ?? "an unknown address";
    const source = this.#sourceOf(networkOf(address), address);
    source.count++;
    if (source.count > 1) c.set(COUNTED, true);
    const delayMs = this.#delayOf(source);
    if (delayMs === undefined || (delayMs > 0 && this.#delayed >= this.#limits.delayed))
      return Math.max(Math.ceil((source.endsAt - Date.now()) / 1000), 1);
    if (delayMs > 0) {
      this.#delayed++;
      await sleep(delayMs, c.req.raw.signal);
      this.#delayed--;
    }
    return undefined;
  }

  /** In ms; `undefined`: too many. */
  #delayOf({ count }: Source): number | undefined {
    const { free, tolerated, firstDelayMs, maxDelayMs } = this.#limits;
    if (count > tolerated) return undefined;
    return count <= free ? 0 : Math.min(firstDelayMs * 2 ** (count - free - 1), maxDelayMs);
  }

  #sourceOf(network: string, address: string): Source {
    const known = this.#sources.get(network);
    if (known !== undefined && known.endsAt > Date.now()) return known;
    known?.end();
    const [oldest] = this.#sources.values();
    if (this.#sources.size >= this.#limits.sources) oldest?.end();
    const end = () => {
      clearTimeout(timer);
      this.#sources.delete(network);
      this.#report(address, source);
    };
    const timer = setTimeout(end, this.#limits.windowMs).unref();
    const source: Source = { count: 0, endsAt: Date.now() + this.#limits.windowMs, end };
    this.#sources.set(network, source);
    return source;
  }

  #report(address: string, source: Source): void {
    if (source.count < 2) return;
    const seconds = this.#limits.windowMs / 1000;
    this.#lines.write(() => this.#log.warn(`${source.count} wrong admin tokens from ${address} within ${seconds} s`));
  }
}

/** Whoever has an IPv6 address has 2^64 of them: they count as one. */
function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  // What `::` stands for are zeros; the tail matters only where the head is short.
  const rest = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(8 - groups.length - rest.length, 0);
  return [...groups, ...Array.from({ length: zeros }, () => "0"), ...rest].slice(0, 4).join(":");
}
