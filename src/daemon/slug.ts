/** Hexadecimal digits of a hash in a slug: enough that the names of one laptop do not meet. */
const HASH_LENGTH = 8;

/**
 * What a name is in references: small Latin letters, digits and hyphens. Letters lose their accents; where a name has
 * letters or digits of other scripts, or only pictures, a hash of it stands for what the slug cannot say.
 * @returns empty where the name has nothing that could be told apart
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
  const hash = new Bun.CryptoHasher("sha256").update(name.normalize("NFC")).digest("hex").slice(0, HASH_LENGTH);
  return slug === "" ? `x-${hash}` : `${slug}-${hash}`;
}
