import { decodeTime } from "ulid";

/** An execution's position in the queue of a thread. Tickets sort by `order`, then by the execution's id. */
export interface Ticket {
  readonly executionId: string;
  /** When the execution was created, in ms since the epoch; within one ms the ids decide. */
  readonly order: number;
}

/** A prefix, a hyphen, and a ULID, which contains its creation time. */
const WITH_ULID = /^[a-z]+-([0-7][0-9a-hjkmnp-tv-z]{25})$/i;
/** Distinguishes arrivals within the same ms; a power of two, so that adding it is exact. */
const STEP_MS = 2 ** -10;

let lastArrival = 0;

/** The ticket of an execution: ordered by its creation if the id is a ULID, otherwise by its arrival. */
export function ticketOf(executionId: string, now: number = Date.now()): Ticket {
  const [, ulid] = WITH_ULID.exec(executionId) ?? [];
  if (ulid !== undefined) return { executionId, order: decodeTime(ulid.toUpperCase()) };
  lastArrival = now > lastArrival ? now : lastArrival + STEP_MS;
  return { executionId, order: lastArrival };
}
