import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { deepFreeze } from "./deep-freeze.ts";
import type { ConfigOf, Schema } from "./group.ts";
import type { SetValue } from "./origin.ts";
import { type Find, type Reading, readSchema, requireValid } from "./read-schema.ts";
import { namesOf, type Setting } from "./setting.ts";
import { type EnvMap, environmentOnly, readSources, type Sources } from "./sources.ts";

/** Where settings are read from. */
export interface LoadOptions {
  readonly env: EnvMap;
  /** The env file to read instead of `.env`. */
  readonly envFile?: string | undefined;
  /** Values that win over everything, for commands that set some variables themselves. */
  readonly overrides?: EnvMap | undefined;
  /** Values that replace the defaults of the settings. */
  readonly defaults?: EnvMap | undefined;
}

/**
 * Reads some settings alone, for commands that need few: nothing else is parsed, checked or reported.
 *
 * @example
 * const { host, port } = localSettings.admin.settings;
 * const address = loadSettings({ host, port }, { env });
 * @throws ConfigError with every problem of these settings
 */
export function loadSettings<S extends Schema>(schema: S, options: LoadOptions): ConfigOf<S> {
  return requireValid(readSettings(schema, options));
}

/** The same for callers that go on with what is valid. */
export function readSettings<S extends Schema>(schema: S, options: LoadOptions): Reading<S> {
  const { sources, unreadable } = openSources(options);
  const { config, problems } = readSchema(schema, finder(sources, options.defaults));
  return { config: deepFreeze(config), problems: unreadable.length > 0 ? unreadable : problems };
}

/** The environment and the env file; only the environment if the file cannot be read, which is then a problem. */
export function openSources({ env, overrides, envFile }: LoadOptions): {
  readonly sources: Sources;
  readonly unreadable: readonly ConfigProblem[];
} {
  const all = { ...env, ...overrides };
  try {
    return { sources: readSources(all, envFile), unreadable: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { sources: environmentOnly(all), unreadable: error.problems };
  }
}

/** Looks settings up in the sources, then in the caller's defaults. */
export function finder(sources: Sources, defaults: EnvMap = {}): Find {
  return (setting: Setting): SetValue | undefined => {
    const found = sources.find(namesOf(setting));
    const value = defaults[setting.name];
    if (found !== undefined) return value === undefined ? found : { ...found, fallback: value };
    return value === undefined ? undefined : { value, origin: { from: "command", name: setting.name } };
  };
}
