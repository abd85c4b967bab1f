import { modelChecks } from "../agent/index.ts";
import type { EnvMap, Inspection } from "../config/index.ts";
import { platformChecks } from "../platform/index.ts";
import type { Check } from "../shared/check.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { adminPortCheck } from "./checks/admin-port.ts";
import { configurationChecks } from "./checks/configuration.ts";
import { systemDirectoryChecks } from "./checks/directories.ts";
import { limitChecks } from "./checks/limits.ts";
import { nativeLibraryCheck } from "./checks/native-library.ts";
import { programCheck } from "./checks/program.ts";

export interface CollectOptions {
  /** The configuration, valid or not. */
  readonly inspection: Inspection;
  /** The environment of the process. */
  readonly env: EnvMap;
  /** Starts the program with the hidden command that loads Temporal's library; absent without an embedded one. */
  readonly tryBridge: readonly [string, ...string[]] | undefined;
}

/** All checks that make sense with a configuration, in the order of the report. Loads what they need; runs nothing. */
export async function collectChecks({ inspection, env, tryBridge }: CollectOptions): Promise<{
  readonly checks: readonly Check[];
  /** Has the secrets of the configuration, and gets those that checks find. */
  readonly mask: SecretMask;
}> {
  const { config, secrets } = inspection;
  const mask = new SecretMask();
  mask.add(secrets);
  const checks = [
    programCheck(),
    nativeLibraryCheck(config, { env, tryBridge }),
    ...configurationChecks(inspection),
    ...(await platformChecks(config, { mask, env })),
    ...modelChecks("model" in config ? config.model : undefined),
    ...systemDirectoryChecks(),
    ...limitChecks(config),
    adminPortCheck(config),
  ];
  return { checks, mask };
}
