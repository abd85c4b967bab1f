export { openPlatform } from "./open-platform.ts";
export type { Platform, PlatformOptions } from "./platform.ts";
export type { PlatformErrorCode } from "./platform-error.ts";
export { PlatformError } from "./platform-error.ts";
