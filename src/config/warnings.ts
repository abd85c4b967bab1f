import { aliasConflicts, sharedValueConflicts } from "./aliases.ts";
import { exposedFile } from "./exposed-file.ts";
import type { SetValue } from "./origin.ts";
import { namesOf, type Setting } from "./setting.ts";
import type { Sources } from "./sources.ts";

/** What is set among these settings and has no effect, or is not safe, each as a sentence. */
export function settingWarnings(
  settings: readonly Setting[],
  found: ReadonlyMap<string, SetValue>,
  sources: Sources,
): readonly string[] {
  return [
    ...settings.flatMap((setting) => aliasConflicts(sources.findAll(namesOf(setting)), setting)),
    ...sharedValueConflicts(found),
    ...settings.flatMap((setting) => exposedFile(setting, found.get(setting.name))),
    ...settings.flatMap((setting) => noEffect(setting, found.get(setting.name))),
  ];
}

/** The default is what happens anyway: launchers that set it expect nothing else. */
function noEffect({ name, noEffect, ...setting }: Setting, found: SetValue | undefined): readonly string[] {
  if (noEffect === undefined || found === undefined || found.value.toLowerCase() === setting.default) return [];
  return [`${name} is set and has no effect: ${noEffect}`];
}
