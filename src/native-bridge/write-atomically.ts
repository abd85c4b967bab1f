import { open, rename, unlink } from "node:fs/promises";

/** The name of a file that is still being written; {@link TEMPORARY_NAME} recognizes it. */
const temporaryName = (path: string) => `${path}.${crypto.randomUUID()}.tmp`;

export const TEMPORARY_NAME = /\.[0-9a-f-]{36}\.tmp$/;

/**
 * Writes a file that only its owner can read, so that it is there as a whole or not at all, also after a power failure.
 * Several processes may write the same path at once.
 * @throws the system's error; then no part of the file is left
 */
export async function writeAtomically(path: string, content: Uint8Array): Promise<void> {
  const temporary = temporaryName(path);
  const file = await open(temporary, "wx", 0o500);
  try {
    try {
      await file.writeFile(content);
      // Some network file systems report only here that the disk is full.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}
