import { canonicalBytes, squeezedBytes } from "./canonical-view.ts";
import { halfBytes } from "./hex-view.ts";

/** A sequence of values to find in a view. */
export interface Pattern {
  readonly values: Uint8Array;
  /** Spaces between its characters make it something else: short secrets would be found in prose. */
  readonly isTight?: boolean;
}

/** All patterns of one secret. */
export interface SecretPatterns {
  /** Spellings that are looked for as they are. */
  readonly spellings: readonly string[];
  /** Looked for in the canonical view of a text, whatever stands between. */
  readonly canonical: readonly Pattern[];
  /** Searched with escapes taken literally, if the secret contains what looks like one. */
  readonly squeezed: readonly Pattern[];
  /** Looked for among hexadecimal digits. */
  readonly hex: readonly Pattern[];
  /** Looked for in dumps. */
  readonly bytes: readonly Pattern[];
}

/**
 * Shorter values are not masked: replacing every `1` or `on` would make texts unreadable and hide nothing.
 */
const MIN_SECRET_LENGTH = 4;
/** Shorter secrets are found only verbatim: with ignorable characters inside they would be found in prose. */
const MIN_CANONICAL_LENGTH = 8;
/** In shorter secrets line breaks are ignored, but spaces are not. */
const MIN_SPACED_LENGTH = 12;
/** Shorter secrets (in bytes) are not searched in base64, base32, hexadecimal digits and dumps. */
const MIN_ENCODED_LENGTH = 6;
/** Lines of a secret from this length on are secrets too, such as those of a private key. */
const MIN_LINE_WIDTH = 16;

/** The patterns of a secret, and of each long line of it. */
export function patternsOf(secret: string): SecretPatterns[] {
  const value = secret.trim();
  if (value.length < MIN_SECRET_LENGTH) return [];
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  const long = lines.length > 1 ? lines.filter((line) => line.length >= MIN_LINE_WIDTH) : [];
  return [...new Set([value, ...long])].map(patternsOfText);
}

function patternsOfText(text: string): SecretPatterns {
  const spellings = spellingsOf(text);
  const bytes = Buffer.from(text);
  const isLongEnough = bytes.length >= MIN_ENCODED_LENGTH;
  const plain = [...spellings.map(canonicalBytes), ...latin1(text)];
  const squeezed = squeezedBytes(text);
  const hasEscapes = Buffer.compare(squeezed, canonicalBytes(text)) !== 0;
  const encoded = isLongEnough ? [...base64(bytes), ...base32(bytes)].map(canonicalBytes) : [];
  return {
    spellings,
    canonical: distinct([...plain, ...encoded], /\s/.test(text)),
    squeezed: hasEscapes ? distinct([squeezed], /\s/.test(text)) : [],
    hex: isLongEnough ? [{ values: halfBytes(bytes) }] : [],
    bytes: isLongEnough ? [{ values: Uint8Array.from(bytes) }] : [],
  };
}

const HTML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A text as JSON, URLs, forms, HTML and shells write it. */
function spellingsOf(text: string): string[] {
  const wellFormed = text.toWellFormed();
  const url = encodeURIComponent(wellFormed);
  return [
    ...new Set([
      text,
      JSON.stringify(text).slice(1, -1),
      url,
      url.replaceAll("%20", "+"),
      text.replace(/[&<>"']/g, (sign) => HTML[sign] ?? sign),
      text.replaceAll("'", "'\\''"),
    ]),
  ];
}

/** `\xe9` is a byte in some languages and a character in others. */
function latin1(text: string): Uint8Array[] {
  if (!/[\u0080-\u00ff]/.test(text)) return [];
  return [canonicalBytes(text.replace(/[\u0080-\u00ff]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`))];
}

/**
 * A secret inside longer base64: for each of the three offsets within a group, the letters that depend on the secret only;
 * in both alphabets.
 */
function base64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const letters = (text: string) => text.slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6));
    return [letters(padded.toString("base64")), letters(padded.toString("base64url"))];
  });
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Like {@link base64}, for each of the five offsets. */
function base32(bytes: Buffer): string[] {
  return [0, 1, 2, 3, 4].map((before) => {
    let letters = "";
    let [value, bits] = [0, 0];
    for (const byte of Buffer.concat([Buffer.alloc(before), bytes])) {
      [value, bits] = [((value << 8) | byte) & 0xfff, bits + 8];
      for (; bits >= 5; bits -= 5) letters += BASE32.charAt((value >> (bits - 5)) & 31);
    }
    return letters.slice(Math.ceil((before * 8) / 5));
  });
}

function distinct(all: readonly Uint8Array[], hasSpaces: boolean): Pattern[] {
  const made = new Map<string, Pattern>();
  for (const values of all) {
    if (values.length < MIN_CANONICAL_LENGTH) continue;
    const isTight = values.length < MIN_SPACED_LENGTH && !hasSpaces;
    made.set(Buffer.from(values).toString("latin1"), { values, isTight });
  }
  return [...made.values()];
}
