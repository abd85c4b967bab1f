import type { SecretMask } from "../../shared/secret-mask.ts";

/** More than one rotation is in flight at a time; older tokens have expired, and a mask that only grows gets slow. */
const MAX_TOKENS = 8;

/** Has tokens masked in all that leaves the process: those seen last. */
export class MaskedTokens {
  readonly #mask: SecretMask;
  /** The functions that unmask, oldest first. */
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
