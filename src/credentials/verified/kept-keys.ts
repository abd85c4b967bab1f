import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { CredentialsError } from "./credentials-error.ts";

/** How long fetched keys remain trusted while the issuer is unavailable, also keys that it revokes meanwhile. */
const KEPT_MS = 24 * 3_600_000;
/** A runner has one issuer, or two while it is changed. */
const MAX_ISSUERS = 4;

interface Kept {
  readonly keys: JSONWebKeySet;
  readonly since: number;
}

/** Caches the keys that verified a token, for when their issuer is unavailable. */
export class KeptKeys {
  readonly #now: () => number;
  /** By the address of the keys, least recently used first. */
  readonly #kept = new Map<string, Kept>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Caches keys that have just verified a token. */
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
   * Runs a check with the cached keys of an issuer.
   * @returns when they were fetched; `undefined` if there are none, or the needed key is not among them
   * @throws CredentialsError what the check throws when the key is there
   */
  async check({ href }: URL, check: (keys: JWTVerifyGetKey) => Promise<void>): Promise<number | undefined> {
    const kept = this.#kept.get(href);
    if (kept === undefined || this.#now() - kept.since > KEPT_MS) return undefined;
    try {
      await check(createLocalJWKSet(kept.keys));
      return kept.since;
    } catch (error) {
      // The issuer may have created a new key meanwhile.
      if (error instanceof CredentialsError && error.code === "unknown-key") return undefined;
      throw error;
    }
  }
}
