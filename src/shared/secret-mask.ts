/** What stands where a secret was. */
export const MASK = "***";

/**
 * Values shorter than this are not masked: replacing every `1` or `on` would make texts unreadable and hide nothing.
 */
export const SHORTEST_MASKED_SECRET = 4;

/** Replaces secret values in text, in the forms in which they usually leave a process. */
export class SecretMask {
  readonly #parent: SecretMask | undefined;
  /** How often each form was added: two executions may share a secret, and one of them ends first. */
  readonly #forms = new Map<string, number>();
  #sorted: readonly string[] | undefined;
  #version = 0;

  /** @param parent a mask whose secrets are replaced as well */
  constructor(parent?: SecretMask) {
    this.#parent = parent;
  }

  /** Changes whenever the secrets do: what was masked before may have to be masked anew. */
  get version(): number {
    return this.#version + (this.#parent?.version ?? 0);
  }

  /** Adds secrets. Returns the function that takes them out again. */
  add(values: Iterable<string>): () => void {
    const added = [...values].flatMap(formsOf);
    for (const form of added) this.#forms.set(form, (this.#forms.get(form) ?? 0) + 1);
    this.#changed();
    return () => {
      for (const form of added) {
        const count = (this.#forms.get(form) ?? 0) - 1;
        if (count > 0) this.#forms.set(form, count);
        else this.#forms.delete(form);
      }
      this.#changed();
    };
  }

  /** The text with every known secret replaced by {@link MASK}. */
  mask(text: string): string {
    let masked = text;
    for (const form of this.#allForms()) if (masked.includes(form)) masked = masked.replaceAll(form, MASK);
    return masked;
  }

  /**
   * As {@link mask}, for a text that still grows: an end that may turn out to be the start of a secret is held back.
   */
  maskGrowing(text: string): string {
    const masked = this.mask(text);
    let held = 0;
    for (const form of this.#allForms()) {
      for (let length = Math.min(form.length - 1, masked.length); length > held; length--) {
        if (masked.endsWith(form.slice(0, length))) held = length;
      }
    }
    return held === 0 ? masked : masked.slice(0, -held);
  }

  #changed(): void {
    this.#sorted = undefined;
    this.#version++;
  }

  /** Longest first: a secret that contains another is replaced whole. */
  #allForms(): readonly string[] {
    if (this.#parent !== undefined) return [...this.#parent.#allForms(), ...this.#own()].sort(longestFirst);
    return this.#own();
  }

  #own(): readonly string[] {
    this.#sorted ??= [...this.#forms.keys()].sort(longestFirst);
    return this.#sorted;
  }
}

const longestFirst = (a: string, b: string) => b.length - a.length;

/** A secret as it stands, as it looks inside JSON, in a URL and in base64; of a text with lines also each long line. */
function formsOf(secret: string): string[] {
  const value = secret.trim();
  if (value.length < SHORTEST_MASKED_SECRET) return [];
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const texts = lines.length > 1 ? [value, ...lines.filter((line) => line.length >= 16)] : [value];
  const forms = texts.flatMap((text) => [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text.toWellFormed()),
    ...base64Forms(text),
  ]);
  return [...new Set(forms)];
}

/** Shorter secrets are not looked for in base64: too few letters of it are theirs alone. */
const SHORTEST_BASE64_SECRET = 8;

/**
 * How a secret looks inside base64, where it stands among other bytes: at each of the three places it can have in a
 * group, the letters that depend on it alone.
 */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  if (bytes.length < SHORTEST_BASE64_SECRET) return [];
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    // A letter is six bits.
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}
