import type { CloudConfig } from "../config/index.ts";
import type { Platform, PlatformOptions } from "./platform.ts";
import { PlatformError } from "./platform-error.ts";

/** A cluster. */
export async function openCloud(_config: CloudConfig, _options: PlatformOptions): Promise<Platform> {
  throw new PlatformError("daytona", "Cloud mode is not available in this version", [
    "Set MODE=local to run on this machine.",
  ]);
}
