import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { renewUntilLost } from "../shared/renew-until-lost.ts";
import { Waker } from "../shared/waker.ts";
import { ArrivalDelay } from "./arrival-delay.ts";
import { Arrivals, type IsWorkflowOpen } from "./arrivals.ts";
import { ticketOf } from "./ticket.ts";
import { type Blocked, type Claim, TICKET_TTL_MS, type TicketStore } from "./ticket-store.ts";

const RENEW_MS = TICKET_TTL_MS / 3;

/** Overrides of the queue's intervals, in ms. */
export interface QueueIntervals {
  /** Polling interval of a waiting execution that is also woken by messages. */
  readonly pollMs?: number | undefined;
  /** Interval at which the holder renews its lock. */
  readonly renewMs?: number | undefined;
}

export interface ThreadQueueOptions {
  readonly tickets: TicketStore;
  readonly isWorkflowOpen: IsWorkflowOpen;
  readonly log: Logger;
  readonly renewMs?: number | undefined;
}

/**
 * Locks a thread for one execution at a time, in the order in which the executions were created, across all processes
 * that share the ticket store.
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

  /** Adds an execution that has not arrived yet to the queue. @throws if that is not possible */
  async announce(threadId: string, executionId: string): Promise<void> {
    await this.#tickets.announce(threadId, ticketOf(executionId));
  }

  /**
   * Waits until the thread is free and no earlier execution is in the queue.
   * @param onLost called when another execution got the lock too
   * @returns the function that releases the lock
   * @throws ThreadError; the signal's reason if it aborts while waiting
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
      // The claim may have succeeded, or may still succeed: a request that was sent cannot be recalled.
      void this.#tickets.release(claim, false);
      throw error;
    }
    let released = false;
    const stop = renewUntilLost(
      () => this.#tickets.renew(claim),
      this.#renewMs,
      () => this.#lost(claim, onLost),
    );
    return async () => {
      if (released) return;
      released = true;
      stop();
      await this.#tickets.release(claim, true);
    };
  }

  async #wait(claim: Claim, signal: AbortSignal): Promise<void> {
    const { threadId, ticket } = claim;
    const waker = new Waker();
    const ignore = this.#tickets.onWake(threadId, ticket.executionId, () => waker.wake());
    const delay = new ArrivalDelay(ticket);
    let obstacle: Obstacle | undefined;
    try {
      for (;;) {
        signal.throwIfAborted();
        const blocked = await this.#tickets.claim(claim, delay.remaining, signal);
        if (blocked === undefined) return;
        if (blocked.reason === "dropped") {
          this.#log.warn(
            `${ticket.executionId} was not in the queue of ${threadId} any more: its entry expired, or the store lost its data. It was added again, and waits until the lock's holder and earlier executions have registered again`,
          );
          delay.restart();
          continue;
        }
        delay.begin(blocked.reason === "early" ? blocked.againInMs : undefined);
        if (blocked.reason === "early") {
          await waker.wait(blocked.againInMs, signal);
          continue;
        }
        if (obstacle === undefined)
          this.#log.info(`${ticket.executionId} waits for ${threadId}: ${describeBlock(blocked)}`);
        obstacle = trackObstacle(blocked, obstacle);
        if (await this.#withdrawIfClosed(threadId, obstacle)) continue;
        await waker.wait(blocked.againInMs, signal);
      }
    } finally {
      ignore();
    }
  }

  /** Removes an announced execution from the queue if its workflow has ended. @returns whether it was removed */
  async #withdrawIfClosed(threadId: string, { reason, by, since }: Obstacle): Promise<boolean> {
    if (reason !== "announced" || !(await this.#arrivals.hasEnded(by, since))) return false;
    try {
      await this.#tickets.withdraw(threadId, by);
      this.#log.info(`${by} was removed from the queue of ${threadId}: its workflow ended before it arrived`);
      return true;
    } catch (error) {
      this.#log.debug(`${by} could not be removed from the queue of ${threadId}: ${messageOf(error)}`);
      return false;
    }
  }

  #lost({ threadId, ticket }: Claim, onLost?: () => void): void {
    this.#log.warn(
      `${ticket.executionId} lost the lock of ${threadId} to another execution: it was not renewed in time, or the shared store lost its data`,
    );
    onLost?.();
  }
}

/** What blocks an execution, and since when. */
interface Obstacle extends Blocked {
  readonly since: number;
}

function trackObstacle(blocked: Blocked, before: Obstacle | undefined): Obstacle {
  const isSame = before?.by === blocked.by && before.reason === blocked.reason;
  return { ...blocked, since: isSame ? before.since : performance.now() };
}

function describeBlock({ reason, by }: Blocked): string {
  const other = by === "" ? "another execution" : by;
  switch (reason) {
    case "held":
      return `${other} is running`;
    case "announced":
      return `${other} was created earlier and has not arrived yet`;
    default:
      return `${other} was created earlier`;
  }
}
