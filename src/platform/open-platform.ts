import type { Config } from "../config/index.ts";
import { unreachable } from "../shared/errors.ts";
import type { Platform, PlatformOptions } from "./platform.ts";

/**
 * Opens the platform of the configured mode. The only place, with the banner, that asks for the mode; each platform is
 * loaded only where it is used.
 */
export async function openPlatform(config: Config, options: PlatformOptions): Promise<Platform> {
  switch (config.mode) {
    case "local":
      return await (await import("./local.ts")).openLocal(config, options);
    case "cloud":
      return await (await import("./cloud.ts")).openCloud(config, options);
    default:
      return unreachable(config);
  }
}
