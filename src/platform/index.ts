/**
 * What differs between local and cloud mode: sandboxes, threads, credentials, locks and background work. Used by the
 * runner, which opens a platform, and by commands that only check what is needed. Nothing else reads the mode.
 * @module
 */
export { openPlatform } from "./open-platform.ts";
export type { Platform } from "./platform.ts";
export { platformChecks } from "./preflight/platform-checks.ts";
export { hasProxy } from "./proxy.ts";
