import { closeSync, openSync, readSync, statSync } from "node:fs";
import { messageOf, systemCode } from "../shared/errors.ts";
import { humanSize } from "../shared/human-size.ts";
import { ConfigError } from "./config-error.ts";

/** More than any env file has: a device may have no end. */
const MAX_BYTES = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;

/**
 * The text of an env file.
 * @param isNamed whether the user named the file. It may be a pipe then; otherwise it must be a regular file, and may be
 * missing, which counts as empty
 * @throws ConfigError if the file cannot be read
 */
export function readEnvFile(path: string, isNamed: boolean): string {
  try {
    return readText(path, isNamed);
  } catch (error) {
    if (!isNamed && systemCode(error) === "ENOENT") return "";
    throw new ConfigError([
      {
        variable: isNamed ? `--env-file ${path}` : path,
        problem: `cannot be read: ${messageOf(error)}`,
        allowed: `a readable file of NAME=value lines, at most ${humanSize(MAX_BYTES)}`,
        remedy: isNamed ? "Name an existing file." : "Make it a readable file, or remove it.",
      },
    ]);
  }
}

function readText(path: string, isNamed: boolean): string {
  if (!isNamed && !statSync(path).isFile()) throw new Error("it is not a file");
  const file = openSync(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (let total = 0; ; ) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const count = readSync(file, chunk);
      if (count === 0) return Buffer.concat(chunks).toString();
      total += count;
      if (total > MAX_BYTES) throw new Error("it is too large");
      chunks.push(chunk.subarray(0, count));
    }
  } finally {
    closeSync(file);
  }
}
