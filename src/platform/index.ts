/**
 * What differs between local and cloud mode: sandboxes, threads, credentials, locks and background work. Used by the
 * runner, which opens a platform, and by commands that only check what is needed. Nothing else reads the mode.
 * @module
 */
export { openPlatform } from "./open-platform.ts";
export type { Platform } from "./platform.ts";
/** @public */
export type { PreflightOptions } from "./preflight/preflight.ts";
/** @public */
export { preflight } from "./preflight/preflight.ts";
export type { PreflightResult } from "./preflight/run-preflight.ts";
export { hasProxy } from "./proxy.ts";
