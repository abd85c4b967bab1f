import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { currentUser, isWritableByOthers } from "./ownership.ts";

const STICKY = 0o1000;
const ROOT_USER = 0;

/**
 * Makes sure that no other user can put another directory in the place of this one. Only needed if a library is loaded by
 * its path.
 * @throws Error whose message continues "<directory>: …"
 */
export async function checkParents(directory: string): Promise<void> {
  for (let path = await realpath(directory); path !== dirname(path); ) {
    path = dirname(path);
    const { uid, mode } = await stat(path);
    const isTrusted = uid === ROOT_USER || uid === currentUser();
    const isOpenToOthers = isWritableByOthers(mode) && (mode & STICKY) === 0;
    if (!isTrusted || isOpenToOthers) throw new Error(`other users can change ${path}`);
  }
}
