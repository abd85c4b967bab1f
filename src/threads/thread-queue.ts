import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { Waker } from "../shared/waker.ts";
import { Arrivals, type IsWorkflowOpen } from "./arrivals.ts";
import { SettlingDelay } from "./settling-delay.ts";
import { ticketOf } from "./ticket.ts";
import { type Blocked, type Claim, TICKET_TTL_MS, type TicketStore } from "./ticket-store.ts";

const RENEW_MS = TICKET_TTL_MS / 3;

/** How often executions look and tell, in ms, instead of the usual. */
export interface QueueIntervals {
  /** A waiting execution looks whether its turn has come, where it is called when it comes. */
  readonly lookMs?: number | undefined;
  /** The execution that has the thread says that it still has it. */
  readonly renewMs?: number | undefined;
}

export interface ThreadQueueOptions {
  readonly tickets: TicketStore;
  readonly isWorkflowOpen: IsWorkflowOpen;
  readonly log: Logger;
  readonly renewMs?: number | undefined;
}

/**
 * Gives a thread to one execution at a time, in the order in which the executions were created, across all processes
 * that share the tickets.
 */
export class ThreadQueue {
  readonly #tickets: TicketStore;
  readonly #arrivals: Arrivals;
  readonly #log: Logger;
  readonly #renewMs: number;

  constructor({ tickets, isWorkflowOpen, log, renewMs = RENEW_MS }: ThreadQueueOptions) {
    this.#tickets = tickets;
    this.#arrivals = new Arrivals(isWorkflowOpen, log);
    this.#log = log;
    this.#renewMs = renewMs;
  }

  /** Keeps the place of an execution that has not arrived yet. @throws where that is not possible */
  async announce(threadId: string, executionId: string): Promise<void> {
    await this.#tickets.announce(threadId, ticketOf(executionId));
  }

  /**
   * Waits until the thread is free and no earlier execution wants it.
   * @param onLost told when another execution has it too
   * @returns the function that frees it
   * @throws ThreadError; the signal's reason, when it aborts while waiting
   */
  async acquire(
    threadId: string,
    executionId: string,
    signal: AbortSignal,
    onLost?: () => void,
  ): Promise<() => Promise<void>> {
    const token = `${executionId}:${crypto.randomUUID()}`;
    const claim: Claim = { threadId, ticket: ticketOf(executionId), token };
    try {
      await this.#wait(claim, signal);
    } catch (error) {
      // It may be taken all the same, or be still: what was sent cannot be called back.
      void this.#tickets.release(claim, false);
      throw error;
    }
    let released = false;
    const renew = async () => {
      const kept = await this.#tickets.renew(claim).catch(() => undefined);
      if (kept === false && !released) this.#lost(claim, onLost);
    };
    const renewal = setInterval(() => void renew(), this.#renewMs);
    return async () => {
      if (released) return;
      released = true;
      clearInterval(renewal);
      await this.#tickets.release(claim, true);
    };
  }

  async #wait(claim: Claim, signal: AbortSignal): Promise<void> {
    const { threadId, ticket } = claim;
    const waker = new Waker();
    const ignore = this.#tickets.onWake(threadId, ticket.executionId, () => waker.wake());
    const settling = new SettlingDelay(ticket);
    let obstacle: Obstacle | undefined;
    try {
      for (;;) {
        signal.throwIfAborted();
        const blocked = await this.#tickets.claim(claim, settling.left, signal);
        if (blocked === undefined) return;
        if (blocked.why === "emptied") {
          this.#log.warn(
            `What is known of the queue of ${threadId} was lost: ${ticket.executionId} waits for the others`,
          );
          settling.restart();
          continue;
        }
        settling.begin(blocked.why === "early" ? blocked.againInMs : undefined);
        if (blocked.why === "early") {
          await waker.wait(blocked.againInMs, signal);
          continue;
        }
        if (obstacle === undefined)
          this.#log.info(`${ticket.executionId} waits for its turn on ${threadId}: ${told(blocked)}`);
        obstacle = seen(blocked, obstacle);
        if (await this.#withdrawn(threadId, obstacle)) continue;
        await waker.wait(blocked.againInMs, signal);
      }
    } finally {
      ignore();
    }
  }

  /** Takes an announced execution out of the line whose workflow has ended. @returns whether that was done */
  async #withdrawn(threadId: string, { why, by, since }: Obstacle): Promise<boolean> {
    if (why !== "announced" || !(await this.#arrivals.isOver(by, since))) return false;
    try {
      await this.#tickets.withdraw(threadId, by);
      this.#log.info(`${by} loses its turn on ${threadId}: its workflow ended before it arrived`);
      return true;
    } catch (error) {
      this.#log.debug(`${by} could not be taken out of the queue of ${threadId}: ${messageOf(error)}`);
      return false;
    }
  }

  #lost({ threadId, ticket }: Claim, onLost?: () => void): void {
    this.#log.warn(
      `Another execution has ${threadId} besides ${ticket.executionId}: it was not renewed in time, or what the runners share was emptied`,
    );
    onLost?.();
  }
}

/** What an execution waits for, and since when. */
interface Obstacle extends Blocked {
  readonly since: number;
}

function seen(blocked: Blocked, before: Obstacle | undefined): Obstacle {
  const isSame = before?.by === blocked.by && before.why === blocked.why;
  return { ...blocked, since: isSame ? before.since : performance.now() };
}

function told({ why, by }: Blocked): string {
  const other = by === "" ? "another execution" : by;
  switch (why) {
    case "held":
      return `${other} runs`;
    case "announced":
      return `${other} was created earlier and has not arrived yet`;
    default:
      return `${other} was created earlier`;
  }
}
