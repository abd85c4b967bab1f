import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { EmbeddedBridge } from "./embedded.ts";
import { currentUser, isWritableByOthers } from "./ownership.ts";

/** Read in parts: the whole bridge would stay in memory for a while. */
const CHUNK_BYTES = 1024 * 1024;

/**
 * Opens an unpacked bridge if it is exactly the embedded one and no other user can change it. Loading it through the
 * descriptor gets what was checked, whatever happens to its path.
 * @returns undefined if the file is missing, unreadable, damaged or not this user's
 */
export async function openIntact(path: string, bridge: EmbeddedBridge): Promise<FileHandle | undefined> {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined) return undefined;
  const found = await file.stat();
  const isOwn = found.isFile() && found.uid === currentUser() && !isWritableByOthers(found.mode);
  if (isOwn && found.size === bridge.size && (await sha256(file).catch(() => undefined)) === bridge.sha256) return file;
  await file.close();
  return undefined;
}

/** Hashes a file from its beginning. @throws the system's error */
export async function sha256(file: FileHandle): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return hasher.digest("hex");
    hasher.update(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
}
