import type { Config } from "../../config/index.ts";
import { unreachable } from "../../shared/errors.ts";
import type { SecretMask } from "../../shared/secret-mask.ts";
import { type CheckedRequirement, type PreflightResult, runPreflight } from "./run-preflight.ts";

/** @public options of {@link preflight} */
export interface PreflightOptions {
  /** Gets secrets that must not be shown. */
  readonly mask: SecretMask;
  /** Called with each result as soon as it is known. */
  readonly onResult?: ((result: PreflightResult) => void) | undefined;
}

/**
 * Checks everything that a runner with this configuration needs, without changing anything: Temporal, the Stigmer backend
 * and, depending on the mode, directories or Redis, the API key and Daytona.
 * @returns a result for each; never throws
 * @public for a command that checks an installation
 */
export async function preflight(
  config: Config,
  { mask, onResult }: PreflightOptions,
): Promise<readonly PreflightResult[]> {
  return await runPreflight(await requirements(config, mask), onResult);
}

/** What the mode needs; only that mode's libraries are loaded. */
async function requirements(config: Config, mask: SecretMask): Promise<readonly CheckedRequirement[]> {
  switch (config.mode) {
    case "local":
      return (await import("./local-preflight.ts")).localRequirements(config);
    case "cloud":
      return (await import("./cloud-preflight.ts")).cloudRequirements(config, mask);
    default:
      return unreachable(config);
  }
}
