import type { SettingView } from "./views.ts";

/** A variable as JSON shows it: on the admin server and in `config --json`. */
export interface RedactedSetting {
  readonly variable: string;
  readonly value: string | null;
  readonly secret: boolean;
  /** `default`, or which variable of the environment or of which file set it. */
  readonly origin: string;
}

/** What may be shown of the configuration: secrets are replaced where the schema did not mark the variable as public. */
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
