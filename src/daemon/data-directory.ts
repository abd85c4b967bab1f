import { Database } from "bun:sqlite";
import { accessSync, chmodSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../shared/errors.ts";
import { DevError } from "./dev-error.ts";

/**
 * Makes the data directory where it is missing, and keeps it for this process alone: two daemons, or two Temporal servers,
 * on one database damage it. The lock is SQLite's on a file of its own, which the system frees however the process ends.
 * @returns the function that frees it
 * @throws DevError
 */
export function holdDataDirectory(directory: string): () => void {
  const file = join(directory, "dev.lock");
  let database: Database | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    accessSync(directory, constants.W_OK | constants.X_OK);
    database = new Database(file, { create: true, strict: true });
    chmodSync(file, 0o600);
    database.run("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") {
      throw new DevError("in-use", `Another \`dev\` uses the data directory ${directory}`, [
        "Stop the other one, or work with it: `agent-runner run` needs only one.",
        "Set STIGMER_DATA_DIR to another directory for this one.",
      ]);
    }
    throw new DevError("directory", `The data directory ${directory} cannot be used: ${messageOf(error)}`, [
      "Make the directory writable for this user, or set STIGMER_DATA_DIR to one that is.",
    ]);
  }
  const held = database;
  return () => held.close();
}
