import type { OrphanCollection } from "../../../config/index.ts";
import { explained } from "../../../shared/errors.ts";
import { degraded, type HealthCheck, type HealthProblem } from "../../../shared/health.ts";
import type { Measures } from "../../../shared/measures.ts";
import { deleteOrphan, describeOrphan } from "./delete-orphan.ts";
import { maxDeletions, ROUND_MS, START_GRACE_MS } from "./deletion-limits.ts";
import { findOrphans, type Orphan, type RoundOptions, type RoundResult } from "./orphan-round.ts";

/** How often a replica checks whether a round is due. Jitter spreads the replicas. */
const TICK_MS = 5 * 60_000;
const JITTER = 0.2;
/** How many orphans one round logs. */
const MAX_LISTED = 20;

/** A lock that one replica of a group holds at a time. */
export interface RoundLock {
  /** @returns `false` also if that is unknown */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

export interface OrphanCollectorOptions extends Omit<RoundOptions, "signal" | "backend" | "now"> {
  readonly collection: Exclude<OrphanCollection, "off">;
  /** Names the backend and the organization of this replica. */
  readonly backend: () => string;
  /** How an operator confirms that the backend has moved. */
  readonly rebindRemedy: string;
  /** @returns `undefined` if another replica holds it */
  readonly tryLock: (onLost: () => void) => Promise<RoundLock | undefined>;
  /** Counts sandboxes; absent: nobody counts. */
  readonly measures?: Pick<Measures, "sandboxesListed" | "orphanDeleted"> | undefined;
  /** The time in ms; for tests. */
  readonly now?: () => number;
}

/**
 * Deletes sandboxes of the group that nothing needs: they are left by replicas that were killed, and by sessions that
 * were deleted or got another sandbox. It must never delete a sandbox that is still needed, so it does not trust a
 * single answer of the backend or of Daytona, and has limits: see `deletion-limits.ts`. Daytona deletes unused
 * sandboxes itself in the end.
 */
export class OrphanCollector implements HealthCheck {
  readonly name = "orphan collection";
  readonly #options: OrphanCollectorOptions;
  readonly #ending = new AbortController();
  readonly #startedAt: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why nothing is deleted at the moment; logged once. */
  #problem: string | undefined;

  constructor(options: OrphanCollectorOptions) {
    this.#options = options;
    this.#startedAt = this.#now();
  }

  /** Collects now, and then periodically until it is stopped. */
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
    this.#ending.abort(new Error("the runner is stopping"));
  }

  async check(): Promise<HealthProblem | undefined> {
    return this.#problem === undefined ? undefined : degraded(this.#problem);
  }

  /** Runs a round if one is due. Never throws. @returns how many sandboxes were deleted */
  async collect(): Promise<number> {
    try {
      return await this.#collect();
    } catch (error) {
      if (!this.#ending.signal.aborted)
        this.#options.log.warn(`Looking for orphaned sandboxes failed: ${explained(error)}`);
      return 0;
    }
  }

  async #collect(): Promise<number> {
    const { ledger, tryLock, rebindRemedy } = this.#options;
    const backend = this.#options.backend();
    const bound = await ledger.bind(backend);
    if (bound !== backend) {
      this.#report(
        `This runner does not collect orphaned sandboxes: its backend is ${backend}, but the other runners of this Redis use ${bound}. If this runner is wrong, correct STIGMER_BACKEND_ENDPOINT or the API key. ${rebindRemedy}`,
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
    this.#report(problemOf(result));
    const { confirmed, unconfirmed, total, states } = result;
    const { log, measures } = this.#options;
    measures?.sandboxesListed(states);
    log.info(
      `Looked for orphans among the group's ${total} sandboxes: ${confirmed.length} found, ${unconfirmed} unconfirmed`,
    );
    if (this.#problem !== undefined || confirmed.length === 0) return 0;
    if (this.#options.collection === "report") {
      this.#list("Would delete", confirmed);
      return 0;
    }
    if (this.#now() - this.#startedAt < START_GRACE_MS) {
      this.#list("Not deleted, because this runner has just started:", confirmed);
      return 0;
    }
    let deleted = 0;
    for (const orphan of confirmed) {
      options.signal.throwIfAborted();
      if (!(await lock.isHeld()))
        throw new Error("another replica may be collecting too: the lock is not held any more");
      if (!(await deleteOrphan(orphan, options))) continue;
      deleted++;
      measures?.orphanDeleted();
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

  /** @param problem why nothing is deleted, if so */
  #report(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.#problem) this.#options.log.warn(problem);
    if (problem === undefined && this.#problem !== undefined)
      this.#options.log.info("Orphaned sandboxes are collected again");
    this.#problem = problem;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

/** Why nothing may be deleted in a round, and what to do. */
function problemOf({ doubt, confirmed, total }: RoundResult): string | undefined {
  const then =
    "No sandbox is deleted. Check that STIGMER_BACKEND_ENDPOINT and the API key are those of the backend that these sandboxes were made for, and that it has lost nothing. Delete sandboxes that are really unused in Daytona's dashboard; Daytona deletes them itself after DAYTONA_AUTO_DELETE_MINUTES.";
  if (doubt !== undefined) return `Orphan collection stopped: ${doubt}. ${then}`;
  const most = maxDeletions(total);
  if (confirmed.length <= most) return undefined;
  return `Orphan collection stopped: ${confirmed.length} of the group's ${total} sandboxes look orphaned, and at most ${most} are deleted at a time. ${then}`;
}
