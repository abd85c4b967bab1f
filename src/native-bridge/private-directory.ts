import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { systemCode } from "../shared/errors.ts";
import { currentUser } from "./ownership.ts";
import type { Place } from "./places.ts";

const OTHERS = 0o077;

/**
 * Creates a directory that only this user can read and write, or makes an existing one so.
 * @throws Error whose message continues "<directory>: …"; the system's error
 */
export async function ensurePrivateDirectory({ directory, createParents }: Place): Promise<void> {
  if (createParents) await mkdir(dirname(directory), { recursive: true });
  await mkdir(directory, 0o700).catch((error: unknown) => {
    if (systemCode(error) !== "EEXIST") throw error;
  });
  // A link that another user put there must not be followed.
  await using opened = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const { uid, mode } = await opened.stat();
  if (uid !== currentUser()) throw new Error(`it belongs to another user (${uid})`);
  if ((mode & OTHERS) === 0) return;
  await opened.chmod(0o700);
  if (((await opened.stat()).mode & OTHERS) !== 0) throw new Error("its permissions cannot be limited to this user");
}
