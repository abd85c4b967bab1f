export { openPlatform } from "./open-platform.ts";
export type { Platform, PlatformOptions } from "./platform.ts";
