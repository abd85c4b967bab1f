import type { LocalConfig } from "../../config/index.ts";
import { checkSpace } from "../../shared/directory-check.ts";
import { dataSetting, directory, workspaceSetting } from "./local-requirements.ts";
import type { CheckedRequirement } from "./run-preflight.ts";
import { stigmer, temporal } from "./server-requirements.ts";

/** What a runner in local mode needs. */
export function localRequirements(config: LocalConfig): readonly CheckedRequirement[] {
  return [
    withSpace(directory(workspaceSetting(config))),
    withSpace(directory(dataSetting(config))),
    temporal(config.temporal),
    stigmer(config.stigmer, async () => config.apiKey),
  ];
}

/** Reports also a disk that is nearly full. */
function withSpace({ open, ...rest }: ReturnType<typeof directory>): CheckedRequirement {
  return {
    ...rest,
    open: async () => {
      const { value, close } = await open();
      return { value: await checkSpace(value.directory), close };
    },
  };
}
