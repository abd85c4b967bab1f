import type { Logger } from "../log/index.ts";
import { type Backoff, backoffMs } from "../shared/backoff.ts";
import { failed, type HealthCheck } from "../shared/health.ts";
import { humanDuration, sleep } from "../shared/time.ts";
import { waitInQueue } from "../shared/wait-in-queue.ts";

/** Consecutive failures with the same infrastructure reason after which this replica accepts no executions. */
export const MAX_FAILURES_IN_A_ROW = 2;
/** The wait before each trial execution. */
const TRIAL_BACKOFF = { initialMs: 10_000, maxMs: 120_000 };
/** How long an execution that arrives while none are accepted waits before it is tried anyway. */
const HOLD_MS = 20_000;

export interface AdmissionDeps {
  /** Sets how many further executions may be accepted. */
  readonly allow: (executions: number) => void;
  /** Whether other replicas may poll the same queue. */
  readonly mayHaveReplicas: boolean;
  /** Aborts when the runner drains: from then on no executions are accepted anyway. */
  readonly drainRequested: AbortSignal;
  /** Runs the health checks now. */
  readonly recheck: () => void;
  readonly log: Logger;
  readonly holdMs?: number;
  readonly trialBackoff?: Backoff;
}

interface Trial {
  readonly number: number;
  /** Whether an execution may be accepted for it. */
  readonly isDue: boolean;
  readonly timer: ReturnType<typeof setTimeout>;
}

/**
 * Decides whether this runner accepts executions: none while something that they need fails, because a replica that fails
 * them quickly would drain the queue. If executions fail for one infrastructure reason although all checks pass, single
 * executions are tried after growing intervals.
 */
export class Admission {
  readonly #deps: AdmissionDeps;
  readonly #waiting: (() => void)[] = [];
  /** The failing checks. */
  #unhealthy: string | undefined = "the health checks have not run yet";
  #failure: { readonly reason: string; readonly count: number } | undefined;
  /** Present while executions are only tried, one at a time. */
  #trial: Trial | undefined;

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
  }

  /** Why no executions are accepted; absent while they are. */
  get paused(): string | undefined {
    return this.#unhealthy ?? this.#trialReason();
  }

  /** Reports executions that fail although all checks pass. */
  get check(): HealthCheck {
    return {
      name: "executions",
      // Only a trial can find out whether executions work again.
      stopsWork: false,
      isSilentWhileOk: true,
      check: async () => {
        const reason = this.#trialReason();
        return reason === undefined ? undefined : failed(reason);
      },
    };
  }

  /** @param failing names of the failing health checks that stop work */
  checked(failing: readonly string[]): void {
    const before = this.#unhealthy;
    this.#unhealthy = failing.length === 0 ? undefined : failing.join(", ");
    if (this.#unhealthy === before) return;
    const { log, drainRequested } = this.#deps;
    // Executions most likely failed for the reason that the checks found, which is gone.
    if (this.#unhealthy === undefined) this.#endTrial();
    // Either line would contradict what a drain has said.
    if (!drainRequested.aborted) {
      if (this.#unhealthy === undefined) log.info("Accepting executions");
      else log.warn(`Accepting no executions. Unhealthy: ${this.#unhealthy}`);
    }
    this.#apply();
  }

  /**
   * An execution failed for an infrastructure reason.
   * @param reason the same text each time
   */
  failed(reason: string): void {
    this.#deps.recheck();
    if (!this.#deps.mayHaveReplicas) return;
    const count = this.#failure?.reason === reason ? this.#failure.count + 1 : 1;
    this.#failure = { reason, count };
    if (this.#trial === undefined && count < MAX_FAILURES_IN_A_ROW) return;
    // Other executions that were already running say nothing new.
    if (this.#trial?.isDue === false) return;
    clearTimeout(this.#trial?.timer);
    const number = (this.#trial?.number ?? 0) + 1;
    const wait = backoffMs(number, this.#deps.trialBackoff ?? TRIAL_BACKOFF);
    this.#deps.log.warn(
      `Executions fail on this replica: ${reason}. It accepts none for ${humanDuration(wait)}, then one as a trial. Further ones run on other replicas, or wait for the trial`,
    );
    this.#trial = { number, isDue: false, timer: setTimeout(() => this.#try(wait), wait) };
    this.#apply();
  }

  /** The infrastructure worked for an execution. */
  worked(): void {
    if (!this.#endTrial()) return;
    this.#deps.log.info("Executions work here again");
    // Update the check now, not at its next interval.
    this.#deps.recheck();
    this.#apply();
  }

  /** Makes an execution wait while none are accepted, up to a limit. @throws the signal's reason */
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

  /** Accepts executions again. @returns whether they were only tried before */
  #endTrial(): boolean {
    const wasTrial = this.#trial !== undefined;
    clearTimeout(this.#trial?.timer);
    this.#failure = undefined;
    this.#trial = undefined;
    return wasTrial;
  }

  /** Allows one trial, and later another one in case the first has no outcome: it may be cancelled or wait. */
  #try(againInMs: number): void {
    if (this.#trial === undefined) return;
    this.#trial = { ...this.#trial, isDue: true, timer: setTimeout(() => this.#try(againInMs), againInMs) };
    this.#apply();
  }

  #trialReason(): string | undefined {
    if (this.#trial === undefined) return undefined;
    return `they fail on this replica: ${this.#failure?.reason}. It accepts one trial execution at a time`;
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
    // An execution that waits here already becomes the trial.
    const [first] = this.#waiting.splice(0, 1);
    allow(first === undefined ? 1 : 0);
    first?.();
  }
}
