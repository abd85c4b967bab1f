import type { Config } from "../config/index.ts";
import { unreachable } from "../shared/errors.ts";
import type { PlatformOptions, PreparedPlatform } from "./platform.ts";

/**
 * Opens what the configured mode needs, and checks it. Only the platform of that mode is loaded.
 * @throws RunnerError for the first requirement that cannot be used
 */
export async function openPlatform(config: Config, options: PlatformOptions): Promise<PreparedPlatform> {
  switch (config.mode) {
    case "local":
      return await (await import("./local.ts")).openLocal(config, options);
    case "cloud":
      return await (await import("./cloud.ts")).openCloud(config, options);
    default:
      return unreachable(config);
  }
}
