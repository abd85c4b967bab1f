import type { SecretMask } from "../../shared/secret-mask.ts";

/** Enough for several rotations at a time. Older tokens have expired, and a mask that only grows becomes slow. */
const MAX_TOKENS = 8;

/** Masks the most recent tokens in everything that leaves the process. */
export class MaskedTokens {
  readonly #mask: SecretMask;
  /** By token: the function that unmasks it; oldest first. */
  readonly #known = new Map<string, () => void>();

  constructor(mask: SecretMask) {
    this.#mask = mask;
  }

  add(token: string): void {
    const remove = this.#known.get(token) ?? this.#mask.add([token]);
    this.#known.delete(token);
    this.#known.set(token, remove);
    for (const [old, forget] of this.#known) {
      if (this.#known.size <= MAX_TOKENS) return;
      forget();
      this.#known.delete(old);
    }
  }
}
