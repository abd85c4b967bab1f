import { alternatives } from "../shared/text.ts";
import type { Found, Origin } from "./origin.ts";
import type { SettingInfo } from "./setting.ts";
import { MODES } from "./settings/index.ts";
import { withoutUrlSecrets } from "./url-secrets.ts";

/** Characters of a value that are shown. */
const MAX_SHOWN = 200;

/** One variable as it stands, for people: a secret's value is not in it. */
export interface SettingView {
  readonly variable: string;
  /** As the environment would spell it; absent where it has neither a value nor a default. */
  readonly value?: string;
  readonly secret: boolean;
  readonly origin: Origin;
  readonly info: SettingInfo;
}

const MODE_INFO: SettingInfo = {
  description: "What the runner works with.",
  allowed: alternatives(MODES),
  public: true,
  default: "cloud",
};

/** `MODE`, which decides what the others are. */
export function modeView(found: Found | undefined): SettingView {
  const view = viewOf("MODE", MODE_INFO, found);
  return MODES.some((mode) => mode === view.value?.toLowerCase())
    ? { ...view, value: (view.value ?? "").toLowerCase() }
    : view;
}

/** A variable, whether its value is right or wrong. */
export function viewOf(variable: string, info: SettingInfo, found: Found | undefined): SettingView {
  const value = found?.value ?? info.default;
  const view = { variable, secret: !info.public, origin: found?.origin ?? ({ from: "default" } as const), info };
  if (value === undefined) return view;
  return { ...view, value: info.public ? withoutUrlSecrets(value) : "***" };
}

/** A value in the text of a problem. */
export function quote(value: string): string {
  const shown = withoutUrlSecrets(value);
  return JSON.stringify(shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown);
}
