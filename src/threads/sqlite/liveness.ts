import { hasEnded } from "../../shared/process-identity.ts";
import { TICKET_TTL_MS } from "../ticket-store.ts";
import type { TicketRecord } from "./records.ts";

/**
 * A process that exists has this long to renew what has expired: when a computer wakes up, everything has expired, and
 * who looks first must not take what the other is about to renew.
 */
const SECOND_LOOK_MS = TICKET_TTL_MS / 2;

/** Tells whether those who hold tickets are still there. */
export class Liveness {
  /** When an expired ticket of an existing process was first seen. */
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
      for (const [other, since] of this.#expired) if (now - since > 2 * SECOND_LOOK_MS) this.#expired.delete(other);
      const since = this.#expired.get(token) ?? now;
      this.#expired.set(token, since);
      return now - since < SECOND_LOOK_MS;
    }
    return false;
  }
}
