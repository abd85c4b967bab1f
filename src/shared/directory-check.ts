import { constants, open, statfs } from "node:fs/promises";
import { join } from "node:path";
import { existingPart } from "./directory-usable.ts";
import { messageOf } from "./errors.ts";
import { degraded, failed, type HealthProblem } from "./health.ts";
import { humanSize } from "./human-size.ts";
import { storageFailure } from "./storage-failure.ts";
import { withTimeout } from "./time.ts";

/** With less free space than this the check fails. */
const MIN_FREE_BYTES = 1024 * 1024;
/** With less free space than this the check is degraded. */
export const LOW_FREE_BYTES = 64 * 1024 * 1024;
/** What a runner needs to start is more than what it needs to go on. */
const LOW_FREE_AT_START = 1024 * 1024 * 1024;
/** Overwritten by every check: only a write shows that a disk has become read-only after an error. */
const PROBE_FILE = ".writable";

/** Time limit; the disk may be a network mount. */
const LIMIT_MS = 10_000;

/** Checks that files can be written in a directory, and that there is free space. */
export async function checkDirectory(directory: string): Promise<HealthProblem | undefined> {
  try {
    const tooLate = () => new Error(`${directory} does not answer within ${LIMIT_MS / 1000} s`);
    const free = await withTimeout(
      write(directory).then(() => freeBytes(directory)),
      LIMIT_MS,
      tooLate,
    );
    return spaceProblem(directory, free);
  } catch (error) {
    const failure = storageFailure(error);
    if (failure === undefined) return failed(messageOf(error));
    return failed(`${directory} cannot be used: ${failure.what} (${failure.code}).`, [failure.remedy(directory)]);
  }
}

/**
 * Whether the disk of a directory, which may not exist yet, is nearly full. Writes nothing.
 * @throws the system's error
 */
export async function checkSpace(directory: string): Promise<HealthProblem | undefined> {
  return spaceProblem(directory, await freeBytes(await existingPart(directory)), LOW_FREE_AT_START);
}

function spaceProblem(directory: string, free: number | undefined, low = LOW_FREE_BYTES): HealthProblem | undefined {
  if (free === undefined || free >= low) return undefined;
  const reason = `${humanSize(free)} are left on the disk of ${directory}.`;
  return (free < MIN_FREE_BYTES ? failed : degraded)(reason, ["Free space on it."]);
}

async function write(directory: string): Promise<void> {
  await using file = await open(join(directory, PROBE_FILE), constants.O_WRONLY | constants.O_CREAT, 0o600);
  await file.write("ok", 0);
}

/** @returns undefined if the file system does not report it */
export async function freeBytes(directory: string): Promise<number | undefined> {
  const { bsize, blocks, bfree, bavail } = await statfs(directory);
  // Some blocks are kept for root.
  return blocks === 0 ? undefined : bsize * (process.geteuid?.() === 0 ? bfree : bavail);
}
