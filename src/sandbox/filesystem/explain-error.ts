import { messageOf, systemCode } from "../../shared/errors.ts";
import { SandboxError } from "../sandbox-error.ts";

/** Does something with a file; what the system says of it is said in words for the agent. @param asked as it named it */
export async function explainError<T>(asked: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SandboxError) throw error;
    switch (systemCode(error)) {
      case "ENOENT":
        throw new SandboxError("not-found", `'${asked}' does not exist.`, error);
      case "ENOTDIR":
        throw new SandboxError("not-a-directory", `'${asked}' is not a directory.`, error);
      case "EISDIR":
        throw new SandboxError("not-a-file", `'${asked}' is a directory.`, error);
      case "EACCES":
      case "EPERM":
      case "EROFS":
        throw new SandboxError("denied", `'${asked}': permission denied.`, error);
      case "ENOSPC":
      case "EDQUOT":
        throw new SandboxError("unavailable", `'${asked}': there is no space left for it on the disk.`, error);
      case "ENXIO":
        throw new SandboxError("not-a-file", `'${asked}' is not a regular file.`, error);
      case "ELOOP":
        throw new SandboxError("unavailable", `'${asked}' has become a symbolic link meanwhile. Try again.`, error);
      default:
        throw new SandboxError("unavailable", `'${asked}': ${messageOf(error)}`, error);
    }
  }
}
