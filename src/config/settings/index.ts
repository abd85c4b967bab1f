/** The declarations of all settings, a file per group. The schema of each mode puts them together. */
import type { ConfigOf } from "../group.ts";
import { cloudSettings } from "./cloud.ts";
import { localSettings } from "./local.ts";

export { MODES, type Mode, mode } from "./mode.ts";
export { cloudSettings, localSettings };

export type LocalConfig = { readonly mode: "local" } & ConfigOf<typeof localSettings>;
export type CloudConfig = { readonly mode: "cloud" } & ConfigOf<typeof cloudSettings>;

/** The whole configuration, frozen. Which parts there are depends on `mode`: local mode has no Redis. */
export type Config = LocalConfig | CloudConfig;
