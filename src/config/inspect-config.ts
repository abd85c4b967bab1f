import type { ConfigProblem } from "./config-error.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { type ConfigOf, type Schema, settingsOf } from "./group.ts";
import { knownNames } from "./list-settings.ts";
import { finder, type LoadOptions, openSources } from "./load-settings.ts";
import type { SetValue } from "./origin.ts";
import { pastedKeys } from "./pasted-keys.ts";
import { type Find, readSchema } from "./read-schema.ts";
import type { Setting } from "./setting.ts";
import { commonSettings } from "./settings/common.ts";
import { type CloudConfig, cloudSettings, type LocalConfig, localSettings, type Mode, mode } from "./settings/index.ts";
import { temporal } from "./settings/temporal.ts";
import { describeTypo, findTypos, type Typo } from "./typos.ts";
import { describeUnused, findUnused } from "./unused.ts";
import { secretValues, urlSecrets } from "./url-secrets.ts";
import { type SettingView, viewOf } from "./views.ts";
import { settingWarnings } from "./warnings.ts";

/** For newcomers: what the default mode needs exists in a cluster only. */
const MODE_HINT = "MODE is not set, which means MODE=cloud: on a laptop set MODE=local, or run `agent-runner dev`";

/** What both modes have, and read in the same way. */
const sharedSettings = { temporal, ...commonSettings } satisfies Schema;

type Partly<C extends { readonly mode: unknown }> = Pick<C, "mode"> & Partial<Omit<C, "mode">>;

/** The parts of a configuration that are valid. If the mode is not known, only what both modes have. */
export type PartialConfig =
  | Partly<LocalConfig>
  | Partly<CloudConfig>
  | ({ readonly mode: undefined } & Partial<ConfigOf<typeof sharedSettings>>);

/** A configuration, valid or not, and what people should know about it. */
export interface Inspection {
  readonly config: PartialConfig;
  /** Every problem there is. Without any, the configuration is complete. */
  readonly problems: readonly ConfigProblem[];
  /** Every setting of the mode, in the order of the declarations. */
  readonly views: readonly SettingView[];
  /** The values of all secrets, and keys in URLs: to be masked in everything that leaves the process. */
  readonly secrets: readonly string[];
  readonly typos: readonly Typo[];
  /** What is set and has no effect, or is not safe, each as a sentence. */
  readonly warnings: readonly string[];
  /** What may explain problems although nothing is wrong with it. */
  readonly hints: readonly string[];
}

/** Reads, checks and freezes as much of the configuration as is valid. Never throws because of what is configured. */
export function inspectConfig(options: LoadOptions): Inspection {
  const { sources, unreadable } = openSources(options);
  const typos = findTypos(sources.names(), knownNames());
  const unused = findUnused(sources.names()).map(describeUnused);
  const warnings = [...sources.malformedLines, ...typos.map(describeTypo), ...unused];
  const find = finder(sources, options.defaults);

  const { config: known, problems } = readSchema({ mode }, find);
  // Other problems would follow from these: they are reported once these are solved.
  if (unreadable.length > 0 || known.mode === undefined) {
    // Without the file, most of what is missing is in the file.
    const config = unreadable.length > 0 ? {} : readSchema(sharedSettings, find).config;
    return {
      config: deepFreeze({ mode: undefined, ...config }),
      problems: [...unreadable, ...problems],
      views: viewsOfBothModes(find),
      secrets: [...new Set([...secretsOf(settingsOfBothModes(), find), ...resolvedSecrets(config)])],
      typos,
      warnings,
      hints: [],
    };
  }
  const settings = settingsOf(known.mode === "local" ? localSettings : cloudSettings);
  const found = new Map(
    settings.flatMap((setting): [string, SetValue][] => {
      const value = find(setting);
      return value === undefined ? [] : [[setting.name, value]];
    }),
  );
  warnings.push(...settingWarnings(settings, found, sources));
  const read = readMode(known.mode, find);
  return {
    config: deepFreeze(read.config),
    problems: read.problems,
    views: [
      { ...viewOf(mode, find(mode)), value: known.mode },
      ...settings.map((setting) => viewOf(setting, found.get(setting.name))),
    ],
    secrets: [...new Set([...secretsOf(settings, find), ...resolvedSecrets(read.config)])],
    typos,
    warnings,
    hints: find(mode) === undefined ? [MODE_HINT] : [],
  };
}

function readMode(name: Mode, find: Find): Pick<Inspection, "config" | "problems"> {
  if (name === "local") {
    const { config, problems } = readSchema(localSettings, find);
    return { config: { mode: "local", ...config }, problems };
  }
  const { config, problems } = readSchema(cloudSettings, find);
  return { config: { mode: "cloud", ...config }, problems };
}

/** What is set for either mode, for when it is not known which one is meant. */
function viewsOfBothModes(find: Find): readonly SettingView[] {
  const set = settingsOfBothModes().filter((setting) => find(setting) !== undefined);
  return [mode, ...set].map((setting) => viewOf(setting, find(setting)));
}

function settingsOfBothModes(): readonly Setting[] {
  const settings = [...settingsOf(localSettings), ...settingsOf(cloudSettings)];
  return [...new Map(settings.map((one) => [one.name, one])).values()];
}

/** What is not a secret as it was set: the token may come from a file, and headers are set together. */
function resolvedSecrets({ admin, traces }: Pick<PartialConfig, "admin" | "traces">): readonly string[] {
  const headers = secretValues(Object.entries(traces?.headers ?? {}));
  // Without the scheme, such as Bearer.
  const credentials = headers.map((value) => value.replace(/^\w+ +/, ""));
  return [...(admin?.token === undefined ? [] : [admin.token]), ...headers, ...credentials];
}

function secretsOf(settings: readonly Setting[], find: Find): readonly string[] {
  return settings.flatMap((setting) => {
    const value = find(setting)?.value;
    if (value === undefined) return [];
    return setting.secret ? [value] : [...urlSecrets(value), ...pastedKeys(value)];
  });
}
