import { constants, open, realpath, statfs } from "node:fs/promises";
import { type CheckResult, passed, resultOf, warned } from "./check.ts";
import { checkSpace } from "./directory-check.ts";
import { type DirectorySetting, directoryError } from "./directory-error.ts";
import { checkUsable, existingPart } from "./directory-usable.ts";
import { systemCode } from "./errors.ts";
import { humanSize } from "./human-size.ts";
import { isNoexec, mountsOfProcess } from "./noexec.ts";

/** With fewer free entries than this a disk is nearly full, whatever its free space. */
const LOW_FREE_FILES = 1_000;
/** A file without a name, which nobody sees and which is gone when it is closed. Linux only. */
const UNNAMED = 0o20000000 | constants.O_DIRECTORY;
/** File systems without such files. */
const NO_UNNAMED: ReadonlySet<string | undefined> = new Set(["EOPNOTSUPP", "EISDIR", "EINVAL", "ENOENT"]);

/**
 * Whether a directory can be written or, if it is missing, be created, and whether its disk has room. Leaves nothing behind.
 * @param options `runsPrograms`: whether programs are started from there
 * @throws DirectoryError
 */
export async function directoryResult(
  setting: DirectorySetting,
  options: { readonly runsPrograms?: boolean } = {},
): Promise<CheckResult> {
  const { directory } = setting;
  await checkUsable(setting);
  const existing = await existingPart(directory);
  if (existing === directory) await writeUnnamed(setting);
  const space = await checkSpace(directory);
  const { files, ffree, bavail, bsize, blocks } = await statfs(existing);
  const free = blocks === 0 ? "" : `, ${humanSize(bavail * bsize)} free`;
  const detail = `${directory}${existing === directory ? "" : " (will be made)"}${free}`;
  if (space !== undefined) return resultOf(space, detail);
  if (files > 0 && ffree < LOW_FREE_FILES)
    return warned(`The disk of ${directory} has room for ${ffree} more files only.`, ["Delete files on it."]);
  if (options.runsPrograms === true && isNoexec(await realpath(existing), await mountsOfProcess()))
    return warned(`${directory} is mounted noexec: commands of agents cannot start programs that they make there.`, [
      `Mount it without noexec, or set ${setting.variable} to another directory.`,
    ]);
  return passed(detail);
}

/** Only a write shows that a disk has become read-only after an error, or that a quota is used up. */
async function writeUnnamed(setting: DirectorySetting): Promise<void> {
  if (process.platform !== "linux") return;
  try {
    await using file = await open(setting.directory, UNNAMED | constants.O_WRONLY, 0o600);
    await file.write("ok");
  } catch (error) {
    if (!NO_UNNAMED.has(systemCode(error))) throw directoryError(setting, error);
  }
}
