import type { Origin, SetValue } from "./origin.ts";
import { withoutPastedKeys } from "./pasted-keys.ts";
import type { Setting } from "./setting.ts";
import { withoutUrlSecrets } from "./url-secrets.ts";

/** Characters of a value that are shown. */
const MAX_SHOWN = 200;

/** A setting and its value, for people. It does not contain the value of a secret. */
export interface SettingView {
  readonly variable: string;
  /** As written in the environment; absent if there is neither a value nor a default. */
  readonly value?: string;
  readonly secret: boolean;
  readonly origin: Origin;
  /** Whether the setting is accepted but does nothing. */
  readonly hasNoEffect: boolean;
}

/** A setting's view, whether its value is valid or not. */
export function viewOf(setting: Setting, found: SetValue | undefined): SettingView {
  const value = found?.value ?? setting.default;
  const view: SettingView = {
    variable: setting.name,
    secret: setting.secret === true,
    origin: found?.origin ?? { from: "default" },
    hasNoEffect: setting.noEffect !== undefined,
  };
  if (value === undefined) return view;
  return { ...view, value: setting.secret ? "***" : withoutSecrets(value) };
}

/** A value in the text of a problem. */
export function quote(value: string): string {
  const shown = withoutSecrets(value);
  return JSON.stringify(shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown);
}

function withoutSecrets(value: string): string {
  return withoutPastedKeys(withoutUrlSecrets(value));
}
