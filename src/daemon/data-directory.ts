import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { directoryError } from "../shared/directory-error.ts";
import { messageOf } from "../shared/errors.ts";
import { lockFile } from "../shared/file-lock.ts";
import { storageFailure } from "../shared/storage-failure.ts";
import { DevError } from "./dev-error.ts";

/** SQLite's codes for a file that is not a database, or a damaged one. */
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/;

/**
 * Creates the data directory if missing, and locks it for this process: two daemons, or two Temporal servers, would damage
 * a database that they share.
 * @returns the function that unlocks it
 * @throws DirectoryError; DevError
 */
export function lockDataDirectory(directory: string): () => void {
  makeDirectory(directory);
  const release = lock(join(directory, "dev.lock"));
  if (release !== undefined) return release;
  throw new DevError("in-use", `Another \`dev\` uses the data directory ${directory}`, [
    "Stop the other one, or work with it: `agent-runner run` needs only one.",
    "Set STIGMER_DATA_DIR to another directory for this one.",
  ]);
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw directoryError({ directory, variable: "STIGMER_DATA_DIR", purpose: "data directory" }, error);
  }
}

function lock(file: string): (() => void) | undefined {
  try {
    return lockFile(file);
  } catch (error) {
    const failure = storageFailure(error, file);
    const what = failure === undefined ? messageOf(error) : `${failure.what} (${failure.code})`;
    const isDamaged = failure !== undefined && DAMAGED.test(failure.code);
    throw new DevError("directory", `The lock file ${file} cannot be used: ${what}`, [
      isDamaged || failure === undefined
        ? `Remove the file ${file}: nothing is kept in it, and a new one is made.`
        : failure.remedy(file),
    ]);
  }
}
