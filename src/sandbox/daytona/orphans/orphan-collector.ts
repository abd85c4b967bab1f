import type { OrphanCollection } from "../../../config/index.ts";
import { messageOf } from "../../../shared/errors.ts";
import { degraded, type HealthCheck, type HealthProblem } from "../../../shared/health.ts";
import { maxDeletions, ROUND_MS, START_GRACE_MS } from "./brakes.ts";
import { deleteOrphan, describeOrphan } from "./delete-orphan.ts";
import { findOrphans, type Orphan, type RoundOptions, type RoundResult } from "./orphan-round.ts";

/** How often a replica looks whether a round is due; not all of them at the same moment. */
const TICK_MS = 5 * 60_000;
const JITTER = 0.2;
/** Orphans that one round lists in the log. */
const MAX_LISTED = 20;

/** A lock that one replica of a group has at a time. */
export interface RoundLock {
  /** @returns `false` also where that is not known */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

export interface OrphanCollectorOptions extends Omit<RoundOptions, "signal" | "backend" | "now"> {
  readonly collection: Exclude<OrphanCollection, "off">;
  /** Names the backend and the organization that this replica asks. */
  readonly backend: () => string;
  /** How an operator says that the backend has moved. */
  readonly rebindRemedy: string;
  /** @returns `undefined` where another replica has it */
  readonly tryLock: (onLost: () => void) => Promise<RoundLock | undefined>;
  /** The present, in ms. */
  readonly now?: () => number;
}

/**
 * Deletes sandboxes of the group that are no longer needed: a replica that was killed leaves such, and so do sessions
 * that were deleted or got another sandbox. It must never delete what somebody still needs, whatever a single answer of
 * the backend or of Daytona says; Daytona itself deletes what is unused for long. So there are brakes: see `brakes.ts`.
 */
export class OrphanCollector implements HealthCheck {
  readonly name = "orphan collection";
  readonly #options: OrphanCollectorOptions;
  readonly #ending = new AbortController();
  readonly #startedAt: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What keeps it from deleting; told once. */
  #trouble: string | undefined;

  constructor(options: OrphanCollectorOptions) {
    this.#options = options;
    this.#startedAt = this.#now();
  }

  /** Looks at once and then from time to time, until it is stopped. */
  start(): void {
    const tick = async () => {
      await this.collect();
      if (this.#ending.signal.aborted) return;
      this.#timer = setTimeout(() => void tick(), TICK_MS * (1 + (Math.random() * 2 - 1) * JITTER));
      this.#timer.unref();
    };
    void tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#ending.abort(new Error("the runner ends"));
  }

  async check(): Promise<HealthProblem | undefined> {
    return this.#trouble === undefined ? undefined : degraded(this.#trouble);
  }

  /** A round, where one is due. @returns how many sandboxes were deleted; never throws */
  async collect(): Promise<number> {
    try {
      return await this.#collect();
    } catch (error) {
      if (!this.#ending.signal.aborted)
        this.#options.log.warn(`Looking for orphaned sandboxes failed: ${messageOf(error)}`);
      return 0;
    }
  }

  async #collect(): Promise<number> {
    const { ledger, tryLock, rebindRemedy } = this.#options;
    const backend = this.#options.backend();
    const bound = await ledger.bind(backend);
    if (bound !== backend) {
      this.#report(
        `This runner looks for no orphaned sandboxes: its backend is ${backend}, that of the other runners with this Redis is ${bound}. If this one is wrong, correct STIGMER_BACKEND_ENDPOINT or the API key. ${rebindRemedy}`,
      );
      return 0;
    }
    const round = new AbortController();
    const lock = await tryLock(() => round.abort(new Error("another replica collects")));
    if (lock === undefined) return 0;
    try {
      if (!(await ledger.beginRound(ROUND_MS))) return 0;
      const signal = AbortSignal.any([this.#ending.signal, round.signal]);
      return await this.#round({ ...this.#options, backend, signal, now: () => this.#now() }, lock);
    } finally {
      await lock.release();
    }
  }

  async #round(options: RoundOptions, lock: RoundLock): Promise<number> {
    const result = await findOrphans(options);
    this.#report(whyNot(result));
    const { ripe, watched, total } = result;
    this.#options.log.info(
      `Looked for orphans among the group's ${total} sandboxes: ${ripe.length} found, ${watched} watched`,
    );
    if (this.#trouble !== undefined || ripe.length === 0) return 0;
    if (this.#options.collection === "report") {
      this.#list("Would delete", ripe);
      return 0;
    }
    if (this.#now() - this.#startedAt < START_GRACE_MS) {
      this.#list("Not deleted, since this runner has only just started:", ripe);
      return 0;
    }
    let deleted = 0;
    for (const orphan of ripe) {
      options.signal.throwIfAborted();
      if (!(await lock.isHeld())) throw new Error("it is not known whether another replica collects, too");
      if (await deleteOrphan(orphan, options)) deleted++;
    }
    return deleted;
  }

  #list(what: string, orphans: readonly Orphan[]): void {
    const { log } = this.#options;
    for (const orphan of orphans.slice(0, MAX_LISTED)) {
      const { text, fields } = describeOrphan(orphan);
      log.info(`${what} ${text}`, fields);
    }
    if (orphans.length > MAX_LISTED) log.info(`${what} ${orphans.length - MAX_LISTED} more`);
  }

  /** @param trouble why nothing is deleted; `undefined` where nothing stands in the way */
  #report(trouble: string | undefined): void {
    if (trouble !== undefined && trouble !== this.#trouble) this.#options.log.warn(trouble);
    if (trouble === undefined && this.#trouble !== undefined)
      this.#options.log.info("Orphaned sandboxes are collected again");
    this.#trouble = trouble;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

/** Why nothing may be deleted in a round, and what to do. */
function whyNot({ distrust, ripe, total }: RoundResult): string | undefined {
  const then =
    "No sandbox is deleted. Check that STIGMER_BACKEND_ENDPOINT and the API key are those of the backend that these sandboxes were made for, and that it has lost nothing. Sandboxes that are unused all the same can be deleted in Daytona's dashboard; Daytona deletes them itself after DAYTONA_AUTO_DELETE_MINUTES.";
  if (distrust !== undefined) return `Orphan collection stopped: ${distrust}. ${then}`;
  const most = maxDeletions(total);
  if (ripe.length <= most) return undefined;
  return `Orphan collection stopped: ${ripe.length} of the group's ${total} sandboxes look orphaned, and at most ${most} are deleted at a time. ${then}`;
}
