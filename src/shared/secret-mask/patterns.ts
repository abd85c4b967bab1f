import { canonicalBytes, squeezedBytes } from "./canonical-view.ts";
import { halfBytes } from "./hex-view.ts";

/** Values of a view that are looked for. */
export interface Pattern {
  readonly values: Uint8Array;
  /** Spaces between its characters make it something else: short secrets would be found in prose. */
  readonly isTight?: boolean;
}

/** Everything by which one secret is found. */
export interface SecretPatterns {
  /** Spellings that are looked for as they are. */
  readonly spellings: readonly string[];
  /** Looked for in the canonical view of a text, whatever stands between. */
  readonly canonical: readonly Pattern[];
  /** Looked for with its escapes taken literally, where the secret holds what looks like some. */
  readonly squeezed: readonly Pattern[];
  /** Looked for among hexadecimal digits. */
  readonly hex: readonly Pattern[];
  /** Looked for in dumps. */
  readonly bytes: readonly Pattern[];
}

/**
 * Values shorter than this are not masked: replacing every `1` or `on` would make texts unreadable and hide nothing.
 */
export const MIN_SECRET_LENGTH = 4;
/** Shorter ones are found only as they stand: with anything between their characters they would be found in prose. */
const MIN_CANONICAL_LENGTH = 8;
/** Shorter ones may have line ends between their characters, but no spaces. */
const MIN_SPACED_LENGTH = 12;
/** Bytes below which a secret is not looked for in base64, base32, hexadecimal digits and dumps. */
const MIN_ENCODED_LENGTH = 6;
/** Lines of a secret that are secrets of their own, such as those of a private key. */
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

/** How JSON, URLs, forms, HTML and shells write a text. */
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

/** `\xe9` is a byte to some and a character to others. */
function latin1(text: string): Uint8Array[] {
  if (!/[\u0080-\u00ff]/.test(text)) return [];
  return [canonicalBytes(text.replace(/[\u0080-\u00ff]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16)}`))];
}

/**
 * How a secret looks inside base64, where it stands among other bytes: at each of the three places it can have in a
 * group, the letters that depend on it alone; in both alphabets.
 */
function base64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const padded = Buffer.concat([Buffer.alloc(before), bytes]);
    const letters = (text: string) => text.slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6));
    return [letters(padded.toString("base64")), letters(padded.toString("base64url"))];
  });
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** As {@link base64}, at each of five places. */
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
