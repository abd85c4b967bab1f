import { type Check, checkOf } from "../../shared/check.ts";
import type { DirectorySetting } from "../../shared/directory-error.ts";
import { directoryResult } from "../../shared/directory-result.ts";

/** A directory of the settings. */
export function directoryCheck(title: "workspace" | "data directory", setting: DirectorySetting | undefined): Check {
  const about = { id: `directories.${title === "workspace" ? "workspace" : "data"}`, area: "directories", title };
  return checkOf(about, setting, (found) => directoryResult(found, { runsPrograms: title === "workspace" }));
}
