import type { Blob } from "./checkpoint-storage.ts";

/** Packs a blob into bytes: the format's name, a zero byte, the value. */
export function packBlob({ type, data }: Blob): Buffer {
  return Buffer.concat([Buffer.from(type), Buffer.of(0), data]);
}

/** The inverse of {@link packBlob}. */
export function unpackBlob(bytes: Uint8Array): Blob {
  const end = bytes.indexOf(0);
  return { type: new TextDecoder().decode(bytes.subarray(0, end)), data: bytes.subarray(end + 1) };
}
