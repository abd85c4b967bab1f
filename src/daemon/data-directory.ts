import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../shared/errors.ts";
import { holdFile } from "../shared/file-lock.ts";
import { storageTrouble } from "../shared/storage-trouble.ts";
import { DevError } from "./dev-error.ts";

/**
 * Makes the data directory where it is missing, and keeps it for this process alone: two daemons, or two Temporal servers,
 * on one database damage it.
 * @returns the function that frees it
 * @throws DevError
 */
export function holdDataDirectory(directory: string): () => void {
  let release: (() => void) | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.X_OK);
    release = holdFile(join(directory, "dev.lock"));
  } catch (error) {
    throw new DevError("directory", `The data directory ${directory} cannot be used: ${messageOf(error)}`, [
      storageTrouble(error)?.remedy(directory) ??
        "Make the directory writable for this user, or set STIGMER_DATA_DIR to one that is.",
    ]);
  }
  if (release !== undefined) return release;
  throw new DevError("in-use", `Another \`dev\` uses the data directory ${directory}`, [
    "Stop the other one, or work with it: `agent-runner run` needs only one.",
    "Set STIGMER_DATA_DIR to another directory for this one.",
  ]);
}
