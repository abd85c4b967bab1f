import { settingsOf } from "./group.ts";
import { namesOf, type Setting } from "./setting.ts";
import { cloudSettings, localSettings, MODES, type Mode, mode } from "./settings/index.ts";

/** A setting as the documentation shows it. */
interface ListedSetting {
  /** The main name, then the aliases. */
  readonly names: readonly string[];
  /** The modes that know it. */
  readonly modes: readonly Mode[];
  /** Its declaration in each of these modes: defaults and descriptions may differ. */
  readonly declarations: readonly Setting[];
}

/** All settings of both modes, `MODE` first. */
export function listSettings(): readonly ListedSetting[] {
  const byMode = { cloud: byName(settingsOf(cloudSettings)), local: byName(settingsOf(localSettings)) };
  const shared = { names: namesOf(mode), modes: MODES, declarations: [mode] };
  return [
    shared,
    ...[...new Set([...byMode.local.keys(), ...byMode.cloud.keys()])].map((name) => {
      const modes = MODES.filter((candidate) => byMode[candidate].has(name));
      const declarations = modes.flatMap((candidate) => byMode[candidate].get(name) ?? []);
      return { names: declarations[0] === undefined ? [name] : namesOf(declarations[0]), modes, declarations };
    }),
  ];
}

/** Every name that the program reads from the environment, aliases included. */
export function knownNames(): ReadonlySet<string> {
  return new Set(listSettings().flatMap(({ names }) => names));
}

function byName(settings: readonly Setting[]): ReadonlyMap<string, Setting> {
  return new Map(settings.map((setting) => [setting.name, setting]));
}
