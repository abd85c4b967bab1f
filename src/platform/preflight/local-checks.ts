import type { PartialConfig } from "../../config/index.ts";
import type { Check } from "../../shared/check.ts";
import type { PlatformCheckOptions } from "./check-options.ts";
import { confinementCheck, engineCheck } from "./command-checks.ts";
import { directoryCheck } from "./directory-checks.ts";
import { dataSetting, workspaceSetting } from "./local-requirements.ts";
import { queueCheck } from "./queue-check.ts";
import { stigmerCheck, temporalCheck } from "./server-checks.ts";

type PartialLocalConfig = Extract<PartialConfig, { readonly mode: "local" }>;

/** What a runner in local mode needs. */
export function localChecks(config: PartialLocalConfig, { env }: PlatformCheckOptions): readonly Check[] {
  const { temporal, stigmer, apiKey, sandbox, dataDir } = config;
  return [
    temporalCheck(temporal),
    queueCheck(temporal),
    stigmerCheck(stigmer, apiKey === undefined ? undefined : async () => apiKey),
    confinementCheck(sandbox),
    engineCheck(env),
    directoryCheck("workspace", sandbox && workspaceSetting({ sandbox })),
    directoryCheck("data directory", dataDir === undefined ? undefined : dataSetting({ dataDir })),
  ];
}
