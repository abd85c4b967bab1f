import { tmpdir } from "node:os";
import { type Check, refusedBy, warned } from "../../shared/check.ts";
import type { DirectorySetting } from "../../shared/directory-error.ts";
import { directoryResult } from "../../shared/directory-result.ts";
import { homeDirectory } from "../../shared/home-directory.ts";

/** Directories of the user and the system. Those of the settings belong to the platform. */
export function systemDirectoryChecks(): readonly Check[] {
  return [
    check("home", { directory: homeDirectory(), variable: "HOME", purpose: "home directory" }),
    check("temporary", { directory: tmpdir(), variable: "TMPDIR", purpose: "temporary directory" }),
  ];
}

/** The runner itself does without them, commands and libraries may not. */
function check(id: string, setting: DirectorySetting): Check {
  return {
    id: `directories.${id}`,
    area: "directories",
    title: setting.purpose,
    run: async () => {
      try {
        return await directoryResult(setting);
      } catch (error) {
        const { detail, remedies } = refusedBy(error);
        return warned(detail, remedies);
      }
    },
  };
}
