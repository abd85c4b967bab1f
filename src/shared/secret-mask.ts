import { MASK } from "./mask.ts";
import { type Openness, SecretFinder } from "./secret-mask/finder.ts";
import { patternsOf, type SecretPatterns } from "./secret-mask/patterns.ts";
import type { Range } from "./secret-mask/view.ts";

/** Notes per text that are examined; this program writes two or three. */
const MAX_NOTES = 16;
/** Characters of texts that are remembered with what became of them. */
const MAX_REMEMBERED = 256 * 1024;
/** What a text counts besides its own length. */
const ENTRY_LENGTH = 100;
/** The note that this program puts in place of what it cut from a text. A secret may have been split there. */
const CUT_NOTE = /(?<!\s)\s*\[… \d+ (?:bytes|characters)[^\]\n]{0,2000}…\]\s*/g;

/**
 * Replaces secret values in text in the forms that common tools produce: verbatim, quoted, escaped, wrapped at any width,
 * in base64, base32, hexadecimal digits and dumps. Other transformations (reversed, encrypted, compressed, letters
 * separated by other text) cannot be found.
 */
export class SecretMask {
  readonly #parent: SecretMask | undefined;
  /** How often each secret was added: two executions may share one, and one of them ends first. */
  readonly #secrets = new Map<string, { readonly patterns: readonly SecretPatterns[]; count: number }>();
  #finder: { readonly version: number; readonly finder: SecretFinder | undefined } | undefined;
  /**
   * The last texts and what became of them: the same result of a tool is masked for the status, for observers and for each
   * form in which the thread stores it, and each message has the same words of the agent library around it.
   */
  readonly #recent = new Map<string, string>();
  #remembered = 0;
  #version = 0;
  #onMasked: ((milliseconds: number) => void) | undefined;

  /** @param parent a mask whose secrets are replaced as well */
  constructor(parent?: SecretMask) {
    this.#parent = parent;
  }

  /** Changes whenever the secrets do: what was masked before may have to be masked again. */
  get version(): number {
    return this.#version + (this.#parent?.version ?? 0);
  }

  /** Reports how long each search took, also those of masks that have this one as parent. */
  measureWith(onMasked: (milliseconds: number) => void): void {
    this.#onMasked = onMasked;
  }

  /** Adds secrets. Returns the function that takes them out again. */
  add(values: Iterable<string>): () => void {
    const added = [...values];
    for (const value of added) {
      const known = this.#secrets.get(value);
      if (known === undefined)
        this.#secrets.set(value, { patterns: this.#known(value) ?? patternsOf(value), count: 1 });
      else known.count++;
    }
    this.#version++;
    return () => {
      for (const value of added.splice(0)) {
        const known = this.#secrets.get(value);
        if (known !== undefined && --known.count === 0) this.#secrets.delete(value);
      }
      this.#version++;
    };
  }

  /** The text with every known secret replaced by {@link MASK}. */
  mask(text: string): string {
    // Asking for it forgets what became of texts when there were other secrets.
    const finder = this.#current();
    if (finder === undefined || text.length < finder.shortest) return text;
    const known = this.#recent.get(text);
    if (known !== undefined) return known;
    const masked = this.#masked(text, false);
    this.#remember(text, masked);
    return masked;
  }

  /** A number that contains no secret, or else {@link MASK}: a model may write a PIN as a number. */
  maskNumber(value: number): number | string {
    const text = String(value);
    return this.mask(text) === text ? value : MASK;
  }

  /**
   * As {@link mask}, for a text that still grows: an end that may turn out to be the start of a secret is held back.
   */
  maskGrowing(text: string): string {
    return this.#masked(text, true);
  }

  #masked(text: string, grows: boolean): string {
    const report = this.#reporter();
    if (report === undefined) return this.#search(text, grows);
    const begin = performance.now();
    const masked = this.#search(text, grows);
    report(performance.now() - begin);
    return masked;
  }

  #reporter(): ((milliseconds: number) => void) | undefined {
    return this.#onMasked ?? (this.#parent === undefined ? undefined : this.#parent.#reporter());
  }

  #search(text: string, grows: boolean): string {
    const finder = this.#current();
    if (finder === undefined || text === "") return text;
    const end = grows ? "growing" : "closed";
    if (!text.includes("[… ")) return maskPiece(finder, text, { start: false, end });
    let masked = "";
    let from = 0;
    for (const note of text.matchAll(CUT_NOTE).take(MAX_NOTES)) {
      const piece = text.slice(from, note.index);
      masked += maskPiece(finder, piece, { start: from > 0, end: "cut" }) + note[0];
      from = note.index + note[0].length;
    }
    return masked + maskPiece(finder, text.slice(from), { start: from > 0, end });
  }

  #remember(text: string, masked: string): void {
    const size = text.length + ENTRY_LENGTH;
    if (size > MAX_REMEMBERED) return;
    for (const [oldest] of this.#recent) {
      if (this.#remembered + size <= MAX_REMEMBERED) break;
      this.#recent.delete(oldest);
      this.#remembered -= oldest.length + ENTRY_LENGTH;
    }
    this.#recent.set(text, masked);
    this.#remembered += size;
  }

  /** @returns `undefined` if there are no secrets */
  #current(): SecretFinder | undefined {
    const { version } = this;
    if (this.#finder?.version !== version) {
      this.#recent.clear();
      this.#remembered = 0;
      const all = [...this.#all().values()].flat();
      this.#finder = { version, finder: all.length === 0 ? undefined : new SecretFinder(all) };
    }
    return this.#finder.finder;
  }

  /** Those of the parent too; a secret that both have counts once. */
  #all(): Map<string, readonly SecretPatterns[]> {
    const all = this.#parent === undefined ? new Map<string, readonly SecretPatterns[]>() : this.#parent.#all();
    for (const [value, { patterns }] of this.#secrets) all.set(value, patterns);
    return all;
  }

  #known(value: string): readonly SecretPatterns[] | undefined {
    const own = this.#secrets.get(value)?.patterns;
    return own === undefined && this.#parent !== undefined ? this.#parent.#known(value) : own;
  }
}

/** A possible beginning of a secret at the end of a text is withheld if the text grows, and masked if it was cut. */
function maskPiece(finder: SecretFinder, text: string, open: Openness): string {
  const { ranges, heldFrom } = finder.find(text, open);
  const merged = merge(ranges);
  // What is masked already is not held back.
  const held = merged.reduce((from, { start, end }) => (start < from && from < end ? end : from), heldFrom);
  if (merged.length === 0 && held === text.length) return text;
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of merged) {
    if (start >= held) break;
    parts.push(text.slice(from, start), MASK);
    from = end;
  }
  if (held > from) parts.push(text.slice(from, held));
  if (open.end === "cut" && held < text.length) parts.push(MASK);
  return parts.join("");
}

/** Sorted ranges; overlapping ones are merged. */
function merge(ranges: readonly Range[]): Range[] {
  const merged: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}
