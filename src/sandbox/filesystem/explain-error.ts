import { messageOf, systemCode } from "../../shared/errors.ts";
import { RunnerError } from "../../shared/runner-error.ts";
import { SandboxError } from "../sandbox-error.ts";

/** Turns errors of the system into SandboxErrors. @param requested the path as the agent wrote it */
export async function explainError<T>(requested: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RunnerError) throw error;
    switch (systemCode(error)) {
      case "ENOENT":
        throw new SandboxError("not-found", `'${requested}' does not exist.`, error);
      case "ENOTDIR":
        throw new SandboxError("not-a-directory", `'${requested}' is not a directory.`, error);
      case "EISDIR":
        throw new SandboxError("not-a-file", `'${requested}' is a directory.`, error);
      case "EACCES":
      case "EPERM":
        throw new SandboxError("denied", `'${requested}': permission denied.`, error);
      case "EROFS":
        throw new SandboxError("denied", `'${requested}': the file system is read-only.`, error);
      case "ENOSPC":
      case "EDQUOT":
        throw new SandboxError("unavailable", `'${requested}': no space left on the disk.`, error);
      case "ENXIO":
        throw new SandboxError("not-a-file", `'${requested}' is not a regular file.`, error);
      case "ELOOP":
        throw new SandboxError(
          "unavailable",
          `'${requested}' was replaced by a symbolic link meanwhile. Try again.`,
          error,
        );
      default:
        throw new SandboxError("unavailable", `'${requested}': ${messageOf(error)}`, error);
    }
  }
}
