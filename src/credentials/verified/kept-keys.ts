import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { CredentialsError } from "./credentials-error.ts";

/** How long an issuer's keys are believed after it last gave them; a key that it withdraws meanwhile is believed as long. */
export const KEPT_MS = 24 * 3_600_000;
/** Issuers that are remembered: a runner has one, or two while they are changed. */
const MAX_ISSUERS = 4;

interface Kept {
  readonly keys: JSONWebKeySet;
  readonly since: number;
}

/** The keys with which tokens were verified, for the time in which their issuer is away. */
export class KeptKeys {
  readonly #now: () => number;
  /** By the address of the keys, the longest unused first. */
  readonly #kept = new Map<string, Kept>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Remembers keys that have just verified a token. */
  keep({ href }: URL, keys: JSONWebKeySet | undefined): void {
    if (keys === undefined) return;
    this.#kept.delete(href);
    this.#kept.set(href, { keys, since: this.#now() });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_ISSUERS) return;
      this.#kept.delete(oldest);
    }
  }

  /**
   * Does a check with the keys that are kept of an issuer.
   * @returns when the issuer gave them; `undefined` where there are none, or the one that is needed is not among them
   * @throws CredentialsError what the check throws, where they have the key
   */
  async check({ href }: URL, check: (keys: JWTVerifyGetKey) => Promise<void>): Promise<number | undefined> {
    const kept = this.#kept.get(href);
    if (kept === undefined || this.#now() - kept.since > KEPT_MS) return undefined;
    try {
      await check(createLocalJWKSet(kept.keys));
      return kept.since;
    } catch (error) {
      // The issuer may have made a new one meanwhile.
      if (error instanceof CredentialsError && error.code === "unknown-key") return undefined;
      throw error;
    }
  }
}
