import { ConfigError } from "./config-error.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { type Schema, settingsOf } from "./group.ts";
import { knownNames } from "./list-settings.ts";
import { finder, type LoadOptions, openSources } from "./load-settings.ts";
import type { SetValue } from "./origin.ts";
import { type Find, readSchema, requireValid } from "./read-schema.ts";
import type { Setting } from "./setting.ts";
import { type Config, cloudSettings, localSettings, mode } from "./settings/index.ts";
import { describeTypo, findTypos, type Typo } from "./typos.ts";
import { describeUnused, findUnused } from "./unused.ts";
import { urlSecrets } from "./url-secrets.ts";
import { type SettingView, viewOf } from "./views.ts";
import { settingWarnings } from "./warnings.ts";

/** For newcomers: what the default mode needs exists in a cluster only. */
const MODE_HINT = "MODE is not set, which means MODE=cloud: on a laptop set MODE=local, or run `agent-runner dev`";

/** A valid configuration, and what people should know about it. */
export interface Loaded {
  readonly config: Config;
  /** Every setting of the mode, in the order of the declarations. */
  readonly views: readonly SettingView[];
  /** The values of all secrets, and keys in URLs: to be masked in everything that leaves the process. */
  readonly secrets: readonly string[];
  readonly typos: readonly Typo[];
  /** What is set and has no effect, each as a sentence. */
  readonly warnings: readonly string[];
}

/**
 * Reads, checks and freezes the whole configuration.
 * @throws ConfigError with every problem there is
 */
export function loadConfig(options: LoadOptions): Loaded {
  const { sources, unreadable } = openSources(options);
  const typos = findTypos(sources.names(), knownNames());
  const unused = findUnused(sources.names()).map(describeUnused);
  const warnings = [...sources.malformedLines, ...typos.map(describeTypo), ...unused];
  const find = finder(sources, options.defaults);

  const { config: known, problems } = readSchema({ mode }, find);
  // Other problems would follow from these: they are reported once these are solved.
  if (unreadable.length > 0 || known.mode === undefined)
    throw new ConfigError([...unreadable, ...problems], warnings, viewsOfBothModes(find));

  const settings = settingsOf(known.mode === "local" ? localSettings : cloudSettings);
  const found = new Map(
    settings.flatMap((setting): [string, SetValue][] => {
      const value = find(setting);
      return value === undefined ? [] : [[setting.name, value]];
    }),
  );
  warnings.push(...settingWarnings(settings, found, sources));
  const views = [
    { ...viewOf(mode, find(mode)), value: known.mode },
    ...settings.map((setting) => viewOf(setting, found.get(setting.name))),
  ];
  const hints = find(mode) === undefined ? [...warnings, MODE_HINT] : warnings;
  const valid = <S extends Schema>(schema: S) => requireValid(readSchema(schema, find), hints, views);
  const config: Config =
    known.mode === "local" ? { mode: "local", ...valid(localSettings) } : { mode: "cloud", ...valid(cloudSettings) };
  // The token may come from a file.
  const secrets = new Set([...secretsOf(settings, found), ...(config.admin.token ? [config.admin.token] : [])]);
  return { config: deepFreeze(config), views, secrets: [...secrets], typos, warnings };
}

/** What is set for either mode, for when it is not known which one is meant. */
function viewsOfBothModes(find: Find): readonly SettingView[] {
  const settings = new Map([...settingsOf(localSettings), ...settingsOf(cloudSettings)].map((one) => [one.name, one]));
  const set = [...settings.values()].filter((setting) => find(setting) !== undefined);
  return [mode, ...set].map((setting) => viewOf(setting, find(setting)));
}

function secretsOf(settings: readonly Setting[], found: ReadonlyMap<string, SetValue>): readonly string[] {
  return settings.flatMap(({ name, secret }) => {
    const value = found.get(name)?.value;
    if (value === undefined) return [];
    return secret ? [value] : urlSecrets(value);
  });
}
