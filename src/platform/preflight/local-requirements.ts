import type { LocalConfig } from "../../config/index.ts";
import type { DirectorySetting } from "../../shared/directory-error.ts";
import { checkUsable } from "../../shared/directory-usable.ts";
import { nothingOpen, type Requirement } from "./requirement.ts";

/** A network's file system can hang. */
const LIMIT_MS = 10_000;

export function workspaceSetting({ sandbox }: Pick<LocalConfig, "sandbox">): DirectorySetting {
  return { directory: sandbox.rootDir, variable: "SANDBOX_ROOT_DIR", purpose: "workspace" };
}

export function dataSetting({ dataDir }: Pick<LocalConfig, "dataDir">): DirectorySetting {
  return { directory: dataDir, variable: "STIGMER_DATA_DIR", purpose: "data directory" };
}

/** A directory that can be written, or made. */
export function directory(setting: DirectorySetting): Requirement<DirectorySetting> {
  return {
    name: setting.purpose,
    limitMs: LIMIT_MS,
    open: async () => {
      await checkUsable(setting);
      return nothingOpen(setting);
    },
  };
}
