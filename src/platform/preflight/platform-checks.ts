import type { PartialConfig } from "../../config/index.ts";
import type { Check } from "../../shared/check.ts";
import { unreachable } from "../../shared/errors.ts";
import type { PlatformCheckOptions } from "./check-options.ts";
import { queueCheck } from "./queue-check.ts";
import { temporalCheck } from "./server-checks.ts";

/**
 * Checks of everything that a runner with this configuration needs, without changing anything: Temporal, the Stigmer
 * backend and, depending on the mode, directories or Redis, the API key and Daytona. Parts that are not valid are skipped.
 * Only the libraries of the mode are loaded.
 */
export async function platformChecks(config: PartialConfig, options: PlatformCheckOptions): Promise<readonly Check[]> {
  switch (config.mode) {
    case "local":
      return (await import("./local-checks.ts")).localChecks(config, options);
    case "cloud":
      return (await import("./cloud-checks.ts")).cloudChecks(config, options);
    case undefined:
      return [temporalCheck(config.temporal), queueCheck(config.temporal)];
    default:
      return unreachable(config);
  }
}
