import type { SettingView } from "./views.ts";

/** A setting as JSON shows it: on the admin server and in `config --json`. */
export interface RedactedSetting {
  readonly variable: string;
  readonly value: string | null;
  readonly secret: boolean;
  /** `default`, `environment` or the env file; with the alias that was used, if one was. */
  readonly origin: string;
}

/** The settings without the values of secrets. */
export function redacted(views: readonly SettingView[]): RedactedSetting[] {
  return views.map(({ variable, value, secret, origin }) => ({
    variable,
    value: value ?? null,
    secret,
    origin: describeOrigin(variable, origin),
  }));
}

function describeOrigin(variable: string, origin: SettingView["origin"]): string {
  if (origin.from === "default") return "default";
  if (origin.from === "command") return "default of this command";
  const place = origin.from === "environment" ? "environment" : origin.file;
  return origin.name === variable ? place : `${place} (${origin.name})`;
}
