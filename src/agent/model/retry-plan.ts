import { backoffMs } from "../../shared/backoff.ts";
import { type FailureKind, failureKind } from "./failure-kind.ts";
import { advisedWaitMs } from "./wait-advice.ts";

/** Further attempts of a call after errors that may pass, but for those of a busy provider. */
const MAX_RETRIES = 3;
const RETRY = { initialMs: 1_000, maxMs: 10_000 };
/** Waits for a busy provider that gives no advice. */
const BUSY = { initialMs: 1_000, maxMs: 30_000 };
/** Minimum wait, also if a provider asks for less. */
const MIN_WAIT_MS = 100;
/** Maximum wait that a provider may ask for after an error other than that it is busy. */
const MAX_ADVICE_MS = 60_000;
/** Added to a provider's advice at random, up to this share and time: many agents may have got the same. */
const JITTER = { share: 0.1, maxMs: 2_000 };
/** Time that a call needs at least. An attempt that would begin later is not made. */
const CALL_RESERVE_MS = 5_000;

/** What to do after a failed attempt. */
type NextStep =
  | { readonly do: "wait"; readonly ms: number }
  | { readonly do: "fall-back" }
  /** `needsMs`: the wait that the provider asks for, if it does not fit into the execution's time. */
  | { readonly do: "give-up"; readonly needsMs?: number };

/** Failures after which another model may answer. */
const FALLBACK_KINDS: ReadonlySet<FailureKind> = new Set([
  "unknown-model",
  "quota",
  "rate-limit",
  "overloaded",
  "unreachable",
  "server",
  "broken",
]);

interface RetryLimits {
  /** When the execution's time is over, in ms since the epoch. */
  readonly deadline: number;
  /** Whether another model can take over. */
  readonly hasFallback: boolean;
  /** How long a busy provider is waited for before another model takes over. */
  readonly patienceMs: number;
}

/** Decides what follows the failed attempts of one call. */
export class RetryPlan {
  /** When the first attempt failed. */
  #since: number | undefined;
  #busy = 0;
  #failed = 0;

  next(error: unknown, { deadline, hasFallback, patienceMs }: RetryLimits): NextStep {
    this.#since ??= Date.now();
    const kind = failureKind(error);
    const otherwise: NextStep = hasFallback && FALLBACK_KINDS.has(kind) ? { do: "fall-back" } : { do: "give-up" };
    const advice = advisedWaitMs(error);
    switch (kind) {
      case "rate-limit":
      case "overloaded": {
        const ms = Math.max(advice === undefined ? backoffMs(++this.#busy, BUSY) : withJitter(advice), MIN_WAIT_MS);
        if (hasFallback && Date.now() - this.#since + ms > patienceMs) return { do: "fall-back" };
        if (Date.now() + ms + CALL_RESERVE_MS <= deadline) return { do: "wait", ms };
        return { do: "give-up", needsMs: ms };
      }
      case "unreachable":
      case "server":
      case "broken": {
        const ms = Math.max(advice ?? backoffMs(++this.#failed, RETRY), MIN_WAIT_MS);
        if (advice !== undefined) this.#failed++;
        if (this.#failed > MAX_RETRIES || ms > MAX_ADVICE_MS || Date.now() + ms > deadline) return otherwise;
        return { do: "wait", ms };
      }
      default:
        return otherwise;
    }
  }
}

function withJitter(ms: number): number {
  return ms + Math.random() * Math.min(ms * JITTER.share, JITTER.maxMs);
}
