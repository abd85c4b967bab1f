import { lstatSync } from "node:fs";
import { messageOf, systemCode } from "./errors.ts";
import { RunnerError } from "./runner-error.ts";

/** `not-a-directory`: the path leads to something else; `impossible`: no directory can be made there; `full`; `denied`: the rest. */
export type DirectoryErrorCode = "not-a-directory" | "impossible" | "full" | "denied";

/** A directory that cannot be made or written. The message names it. */
export class DirectoryError extends RunnerError<DirectoryErrorCode> {
  override readonly name = "DirectoryError";
  override readonly headline = "a directory cannot be used";
}

/** A directory that a setting names. */
export interface DirectorySetting {
  readonly directory: string;
  readonly variable: string;
  /** What it is for: `workspace`. */
  readonly purpose: string;
}

/**
 * Explains why a directory cannot be made or written.
 * @param error what the system said
 */
export function directoryError({ directory, variable, purpose }: DirectorySetting, error: unknown): DirectoryError {
  const code = systemCode(error);
  const as = (kind: DirectoryErrorCode, what: string, remedy: string) =>
    new DirectoryError(kind, `The ${purpose} ${directory} cannot be used: ${what}`, {
      remedies: [remedy],
      cause: error,
    });
  const choose = `Set ${variable} to a directory, or to a path where one can be made`;
  switch (code) {
    case "EEXIST": {
      const found = lstatSync(directory, { throwIfNoEntry: false });
      const what = found?.isSymbolicLink() ? "it is a link that leads to no directory" : "it is not a directory";
      const isMovable = found?.isFile() || found?.isSymbolicLink();
      return as("not-a-directory", `${what} (${code})`, isMovable ? `${choose}; or move it away.` : `${choose}.`);
    }
    case "ENOTDIR":
      return as("not-a-directory", `a part of its path is not a directory (${code})`, `${choose}.`);
    case "ENOENT":
      return as("impossible", `no directory can be made there (${code})`, `${choose}.`);
    case "ENOSPC":
    case "EDQUOT":
      return as("full", messageOf(error), `Free space on its disk, or set ${variable} to a directory on another one.`);
    default:
      return as(
        "denied",
        messageOf(error),
        `Make the directory writable for this user, or set ${variable} to one that is.`,
      );
  }
}
