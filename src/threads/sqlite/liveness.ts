import { hasEnded } from "../../shared/process-identity.ts";
import { TICKET_TTL_MS } from "../ticket-store.ts";
import type { TicketRecord } from "./ticket-record.ts";

/**
 * A running process gets this long to renew an expired ticket. After a computer wakes from sleep all tickets have
 * expired, and the first process to look must not take what another one is about to renew.
 */
const RECHECK_MS = TICKET_TTL_MS / 2;

/** Tells whether the owners of tickets are still running. */
export class Liveness {
  /** When an expired ticket of a running process was first seen, by token. */
  readonly #expired = new Map<string, number>();

  isAlive({ token, owner, expires_at }: TicketRecord): boolean {
    if (token === "") return expires_at > Date.now();
    const ended = hasEnded(owner);
    if (ended !== true && expires_at > Date.now()) {
      this.#expired.delete(token);
      return true;
    }
    if (ended === false) {
      const now = performance.now();
      for (const [other, since] of this.#expired) if (now - since > 2 * RECHECK_MS) this.#expired.delete(other);
      const since = this.#expired.get(token) ?? now;
      this.#expired.set(token, since);
      return now - since < RECHECK_MS;
    }
    return false;
  }
}
