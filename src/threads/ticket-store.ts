import type { Ticket } from "./ticket.ts";

/** A lock, or an entry in the queue, expires after this time unless it is renewed. */
export const TICKET_TTL_MS = 30_000;
/**
 * How long the queue keeps an announced execution that does not arrive. Its task is scheduled right after the
 * announcement and has to start within a minute.
 */
export const ANNOUNCED_TTL_MS = 75_000;

/** An execution's attempt to lock a thread. */
export interface Claim {
  readonly threadId: string;
  readonly ticket: Ticket;
  /** Unique to this attempt. */
  readonly token: string;
}

/** Why a claim was refused. */
export interface Blocked {
  /**
   * `held`: another execution has the lock. `waiting`, `announced`: another one is first; an announced one has not
   * arrived yet. `early`: the thread is free, but an earlier execution may be on its way. `dropped`: the claim was not
   * in the queue any more, because its entry expired or the store lost its data; it was added again.
   */
  readonly reason: "held" | "waiting" | "announced" | "early" | "dropped";
  /** The execution that blocks; empty if unknown or none. */
  readonly by: string;
  /** When to try again, unless woken before. */
  readonly againInMs: number;
}

/** How long a free thread is left to other executions that may be on their way. */
export interface RemainingDelay {
  readonly ms: number;
  /**
   * Whether the delay also applies to an execution that is alone in the queue. Otherwise such an execution waits at most
   * as long as it took from its announcement to its claim.
   */
  readonly appliesWhenAlone: boolean;
}

/** Holds the locks and queues of threads. Shared by all processes that share the threads. */
export interface TicketStore {
  /** Adds an execution that has not arrived yet to the queue. @throws if that is not possible */
  announce(threadId: string, ticket: Ticket): Promise<void>;
  /**
   * Locks the thread if the claim is first in the queue; otherwise keeps it in the queue.
   * @returns why the claim was refused; `undefined` if it has the lock now
   * @throws ThreadError; the signal's reason
   */
  claim(claim: Claim, delay: RemainingDelay, signal: AbortSignal): Promise<Blocked | undefined>;
  /** Renews a lock. @returns `false` if another claim has it @throws if that is unknown */
  renew(claim: Claim): Promise<boolean>;
  /**
   * Releases the lock or leaves the queue, and wakes the next waiter. Bounded in time; never throws.
   * @param held whether the claim is known to have the lock
   */
  release(claim: Claim, held: boolean): Promise<void>;
  /** Removes an announced execution from the queue, unless it has arrived. @throws if that is not possible */
  withdraw(threadId: string, executionId: string): Promise<void>;
  /** Calls `wake` when a waiting execution may be next. @returns the function that unsubscribes */
  onWake(threadId: string, executionId: string, wake: () => void): () => void;
}
