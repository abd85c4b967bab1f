import { access, constants, lstat, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { type DirectorySetting, directoryError } from "./directory-error.ts";
import { systemCode } from "./errors.ts";

/**
 * Checks that a directory can be written or, if it is missing, be created. Changes nothing.
 * @throws DirectoryError
 */
export async function checkUsable(setting: DirectorySetting): Promise<void> {
  try {
    await access(await existingPart(setting.directory), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw directoryError(setting, error);
  }
}

/** The directory itself, or the nearest one above it that exists. @throws the system's error for anything else there */
export async function existingPart(directory: string): Promise<string> {
  for (let path = directory; ; path = dirname(path)) {
    try {
      if ((await stat(path)).isDirectory()) return path;
    } catch (error) {
      const isMissing = systemCode(error) === "ENOENT" && !(await isLink(path));
      if (isMissing && dirname(path) !== path) continue;
      if (systemCode(error) !== "ENOENT") throw error;
    }
    throw Object.assign(new Error(`${path} is not a directory`), { code: path === directory ? "EEXIST" : "ENOTDIR" });
  }
}

/** A dangling link: no directory can be made through it. */
async function isLink(path: string): Promise<boolean> {
  return await lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}
