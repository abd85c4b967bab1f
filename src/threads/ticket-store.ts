import type { Ticket } from "./ticket.ts";

/** How long a thread is kept for a holder, or a place in its queue for a waiter, that does not renew it. */
export const TICKET_TTL_MS = 30_000;
/**
 * How long a place is kept for an announced execution that does not arrive. Its task has to start within a minute of
 * being scheduled, which follows the announcement at once.
 */
export const ANNOUNCED_TTL_MS = 75_000;

/** An execution that wants a thread, or has it. */
export interface Claim {
  readonly threadId: string;
  readonly ticket: Ticket;
  /** Of this attempt alone. */
  readonly token: string;
}

/** Why a thread is not free for a claim yet. */
export interface Blocked {
  /**
   * `held`: another execution has it. `waiting`, `announced`: another one comes first; an announced one has not arrived
   * yet. `early`: it is free, but an earlier one may be on its way. `emptied`: the claim was in line, and is again, but what
   * was kept was lost in between.
   */
  readonly why: "held" | "waiting" | "announced" | "early" | "emptied";
  /** The execution in the way; empty where it is not known, or where there is none. */
  readonly by: string;
  /** When to look again, unless woken before. */
  readonly againInMs: number;
}

/** How long a free thread is left to others that may be on their way. */
export interface Settle {
  readonly ms: number;
  /**
   * Also where nobody else is in line. Else it is left then at most as long as the claim was on its way from its
   * announcement.
   */
  readonly evenAlone: boolean;
}

/** Where those who want a thread agree on who has it and who is next. Shared by all who share the threads. */
export interface TicketStore {
  /** Keeps a place for an execution that has not arrived yet. @throws where that is not possible */
  announce(threadId: string, ticket: Ticket): Promise<void>;
  /**
   * Takes the thread for the claim that is first in line, or keeps the place of one that is not.
   * @returns why it was not taken; `undefined` where it was
   * @throws ThreadError; the signal's reason
   */
  claim(claim: Claim, settle: Settle, signal: AbortSignal): Promise<Blocked | undefined>;
  /** Keeps a thread that is held. @returns `false` where another one has it @throws where that is not known */
  renew(claim: Claim): Promise<boolean>;
  /**
   * Gives up the thread or the place in line, and wakes who is next. Takes no longer than a caller can wait.
   * @param held whether the thread was taken for sure. Never throws.
   */
  release(claim: Claim, held: boolean): Promise<void>;
  /** Takes an announced execution out of the line, unless it has arrived. @throws where that is not possible */
  withdraw(threadId: string, executionId: string): Promise<void>;
  /** Calls `wake` when a waiting execution may be next. @returns the function that ends it */
  onWake(threadId: string, executionId: string, wake: () => void): () => void;
}
