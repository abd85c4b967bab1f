/** The SHA-256 of a text or of bytes, in hexadecimal digits. */
export function sha256(content: Uint8Array | string): string {
  return new Bun.CryptoHasher("sha256").update(content).digest("hex");
}
