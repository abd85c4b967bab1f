import { lstatSync } from "node:fs";
import { systemCode } from "./errors.ts";

/** Why a path cannot become a directory. */
export interface DirectoryFailure {
  /** As the end of the sentence "<directory> cannot be used: …". */
  readonly what: string;
  readonly remedy: string;
}

/**
 * Explains why a directory cannot be made where its path has something else.
 * @param variable the setting that names the directory
 * @returns undefined where the error has another reason, such as permissions
 */
export function directoryFailure(directory: string, variable: string, error: unknown): DirectoryFailure | undefined {
  const code = systemCode(error);
  const choose = `Set ${variable} to a directory, or to a path where one can be made`;
  switch (code) {
    case "EEXIST": {
      const found = lstatSync(directory, { throwIfNoEntry: false });
      const what = found?.isSymbolicLink() ? "it is a link that leads to no directory" : "it is not a directory";
      const isMovable = found?.isFile() || found?.isSymbolicLink();
      return { what: `${what} (${code})`, remedy: isMovable ? `${choose}; or move it away.` : `${choose}.` };
    }
    case "ENOTDIR":
      return { what: `a part of its path is not a directory (${code})`, remedy: `${choose}.` };
    case "ENOENT":
      return { what: `no directory can be made there (${code})`, remedy: `${choose}.` };
    default:
      return undefined;
  }
}
