import { sha256 } from "../shared/sha256.ts";

/** Hexadecimal digits of a hash in a slug: enough to avoid collisions on one machine. */
const HASH_LENGTH = 8;

/**
 * A name in references: lower-case Latin letters, digits and hyphens. Accents are removed. If a name has letters or digits
 * of other scripts, or only symbols, a hash of the name is added.
 * @returns empty if the name contains nothing distinguishable
 */
export function slugOf(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  const slug = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(name) || (slug !== "" && !/[\p{L}\p{N}]/u.test(plain.replace(/[a-z0-9]/g, ""))))
    return slug;
  const hash = sha256(name.normalize("NFC")).slice(0, HASH_LENGTH);
  return slug === "" ? `x-${hash}` : `${slug}-${hash}`;
}
