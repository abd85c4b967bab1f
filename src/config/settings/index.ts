import * as v from "valibot";
import { cloudSettings } from "./cloud.ts";
import { localSettings } from "./local.ts";

export type { CloudSettings } from "./cloud.ts";
export { cloudSettings, type ORPHAN_COLLECTION } from "./cloud.ts";
export type { LocalSettings } from "./local.ts";
export { localSettings } from "./local.ts";
export type { Provider } from "./model.ts";
export { PROVIDERS } from "./model.ts";
export { STREAMING } from "./runner.ts";

export const MODES = ["cloud", "local"] as const;

/** The whole configuration: which variables there are depends on `MODE`. */
export const settings = v.variant("MODE", [localSettings, cloudSettings]);
