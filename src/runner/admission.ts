import type { Logger } from "../log/index.ts";
import { type Backoff, backoffMs } from "../shared/backoff.ts";
import { failed, type HealthCheck } from "../shared/health.ts";
import { humanDuration, sleep } from "../shared/time.ts";
import { waitInQueue } from "../shared/wait-in-queue.ts";

/** Failures in a row for the same reason of the infrastructure after which this replica takes no executions. */
export const MAX_FAILURES_IN_A_ROW = 2;
/** Between trial executions. */
const TRIAL_BACKOFF = { initialMs: 10_000, maxMs: 120_000 };
/** How long an execution that was handed out while none should be waits for better times before it is tried. */
export const HOLD_MS = 20_000;

export interface AdmissionDeps {
  /** Sets how many executions may be taken from now on. */
  readonly allow: (executions: number) => void;
  /** Whether others poll the same queue and can do what this one cannot. */
  readonly isShared: boolean;
  /** Asks for the health checks to be made now. */
  readonly recheck: () => void;
  readonly log: Logger;
  readonly holdMs?: number;
  readonly trialBackoff?: Backoff;
}

interface Trial {
  readonly number: number;
  /** Whether an execution may be taken for it. */
  readonly isDue: boolean;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Decides whether this runner takes executions: none while something that they need fails. One that fails them faster
 * than the others work would soon have all of the queue. Where the checks see nothing but executions fail for one reason
 * of the infrastructure, a single one is tried after growing intervals.
 */
export class Admission {
  readonly #deps: AdmissionDeps;
  readonly #waiting: (() => void)[] = [];
  /** What fails, of the checks. */
  #unhealthy: string | undefined = "the health checks were not made yet";
  #failure: { readonly reason: string; readonly count: number } | undefined;
  /** Present while executions are only tried. */
  #trial: Trial | undefined;

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
  }

  /** Why no executions are taken; absent while they are. */
  get paused(): string | undefined {
    return this.#unhealthy ?? this.#distrust();
  }

  /** Tells of executions that fail although all checks are well. */
  get check(): HealthCheck {
    return {
      name: "executions",
      // What they need is not known to be there: a trial finds out.
      stopsWork: false,
      isSilentWhileOk: true,
      check: async () => {
        const reason = this.#distrust();
        return reason === undefined ? undefined : failed(reason);
      },
    };
  }

  /** @param failing names of the health checks that fail and are about what executions need */
  checked(failing: readonly string[]): void {
    const before = this.#unhealthy;
    this.#unhealthy = failing.length === 0 ? undefined : failing.join(", ");
    if (this.#unhealthy === before) return;
    const { log } = this.#deps;
    // What executions failed for is most likely what the checks found, and that is over.
    if (this.#unhealthy === undefined) this.#trust();
    if (this.#unhealthy !== undefined) log.warn(`No executions are taken while this is unhealthy: ${this.#unhealthy}`);
    else log.info("Executions are taken");
    this.#apply();
  }

  /**
   * An execution failed for a reason of the infrastructure.
   * @param reason in words that are the same each time
   */
  failed(reason: string): void {
    this.#deps.recheck();
    if (!this.#deps.isShared) return;
    const count = this.#failure?.reason === reason ? this.#failure.count + 1 : 1;
    this.#failure = { reason, count };
    if (this.#trial === undefined && count < MAX_FAILURES_IN_A_ROW) return;
    // One of several that were under way says nothing new.
    if (this.#trial?.isDue === false) return;
    clearTimeout(this.#trial?.timer);
    const number = (this.#trial?.number ?? 0) + 1;
    const wait = backoffMs(number, this.#deps.trialBackoff ?? TRIAL_BACKOFF);
    this.#deps.log.warn(
      `Executions fail here: ${reason}. The next one is tried in ${humanDuration(wait)}; others may take them meanwhile`,
    );
    this.#trial = { number, isDue: false, timer: setTimeout(() => this.#try(wait), wait) };
    this.#apply();
  }

  /** The infrastructure did its part for an execution. */
  worked(): void {
    if (!this.#trust()) return;
    this.#deps.log.info("Executions work here again");
    // The check that tells of it is made now, and not when its time has come.
    this.#deps.recheck();
    this.#apply();
  }

  /** For an execution that was handed out: waits while none should be, up to a limit. @throws the signal's reason */
  async waitUntilAllowed(signal: AbortSignal): Promise<void> {
    if (!this.#isClosed()) return;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const opened = waitInQueue(this.#waiting, either).catch(() => undefined);
    await Promise.race([opened, sleep(this.#deps.holdMs ?? HOLD_MS, either)]);
    over.abort();
    signal.throwIfAborted();
  }

  stop(): void {
    clearTimeout(this.#trial?.timer);
  }

  /** @returns whether executions were only tried */
  #trust(): boolean {
    const wasTrial = this.#trial !== undefined;
    clearTimeout(this.#trial?.timer);
    this.#failure = undefined;
    this.#trial = undefined;
    return wasTrial;
  }

  /** Lets one be tried, and another one where that says nothing: it may be cancelled, or wait for others. */
  #try(againInMs: number): void {
    if (this.#trial === undefined) return;
    this.#trial = { ...this.#trial, isDue: true, timer: setTimeout(() => this.#try(againInMs), againInMs) };
    this.#apply();
  }

  #distrust(): string | undefined {
    if (this.#trial === undefined) return undefined;
    return `they fail here: ${this.#failure?.reason}; they are only tried, one at a time`;
  }

  #isClosed(): boolean {
    return this.#unhealthy !== undefined || this.#trial?.isDue === false;
  }

  #apply(): void {
    const { allow } = this.#deps;
    if (this.#isClosed()) {
      allow(0);
      return;
    }
    if (this.#trial === undefined) {
      allow(Number.POSITIVE_INFINITY);
      for (const open of this.#waiting.splice(0)) open();
      return;
    }
    // One that waits here already is the trial.
    const [first] = this.#waiting.splice(0, 1);
    allow(first === undefined ? 1 : 0);
    first?.();
  }
}
