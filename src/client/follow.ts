import { backoffMs } from "../shared/backoff.ts";
import { explained } from "../shared/errors.ts";
import { sleep } from "../shared/time.ts";
import { type AgentExecution, type StigmerClient, StigmerError } from "../stigmer/index.ts";
import { BackendUnavailableError } from "./client-error.ts";
import { isTerminal } from "./phase.ts";
import { Subscription } from "./subscription.ts";

const RETRY = { initialMs: 200, maxMs: 3_000 };
/** How long a backend may be unavailable before the user is told. */
const NOTICE_MS = 3_000;

/** An event of a followed execution. */
export type FollowEvent =
  | { readonly type: "state"; readonly execution: AgentExecution }
  /** The backend does not answer; retried until `until`. Sent with each attempt. */
  | { readonly type: "lost"; readonly since: number; readonly until: number; readonly reason: string }
  /** The backend answers again. */
  | { readonly type: "found"; readonly since: number };

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** How long the backend may be unavailable, in ms. */
  readonly patienceMs: number;
}

/** The contact with the backend. */
interface Contact {
  /** When it answered last, in ms since the epoch. */
  heard: number;
  isLost: boolean;
}

/**
 * Every state of an execution until the final one. Reconnects if the connection breaks or the backend stops answering.
 * @throws BackendUnavailableError if the backend stays unavailable; StigmerError if it refuses
 */
export async function* follow(
  client: StigmerClient,
  executionId: string,
  { signal, patienceMs }: FollowOptions,
): AsyncGenerator<FollowEvent> {
  const contact: Contact = { heard: Date.now(), isLost: false };
  for (let interruptions = 1; !signal.aborted; interruptions++) {
    const subscription = new Subscription(client, executionId, signal);
    let failure: unknown;
    try {
      for await (const seen of seenOn(subscription, contact)) {
        yield seen;
        if (seen.type !== "state") continue;
        if (isTerminal(seen.execution)) return;
        interruptions = 1;
      }
    } catch (error) {
      failure = error;
    } finally {
      subscription.close();
    }
    if (signal.aborted) return;
    const reason = passingReason(failure);
    const until = contact.heard + patienceMs;
    if (Date.now() >= until) throw new BackendUnavailableError(client.endpoint, contact.heard, reason);
    if (Date.now() - contact.heard >= NOTICE_MS) {
      contact.isLost = true;
      yield { type: "lost", since: contact.heard, until, reason };
    }
    await sleep(Math.min(backoffMs(interruptions, RETRY), until - Date.now()), signal);
  }
}

/** The events until the connection breaks. */
async function* seenOn(subscription: Subscription, contact: Contact): AsyncGenerator<FollowEvent> {
  for await (const sign of subscription.signs()) {
    if (contact.isLost) yield { type: "found", since: contact.heard };
    contact.isLost = false;
    contact.heard = Date.now();
    if (sign !== "alive") yield { type: "state", execution: sign };
  }
}

/** Why a connection broke, if retrying makes sense. @throws the failure if it does not */
function passingReason(failure: unknown): string {
  if (failure === undefined) return "the stream of updates ended";
  if (failure instanceof StigmerError && failure.isTransient)
    return failure.code === "tls" ? explained(failure) : failure.message;
  throw failure;
}
