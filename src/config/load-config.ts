import * as v from "valibot";
import { alternatives } from "../shared/text.ts";
import { aliasConflicts, sharedValueConflicts } from "./aliases.ts";
import type { Config } from "./config.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { crossChecks } from "./cross-checks.ts";
import type { Found } from "./origin.ts";
import { infoOf, type SettingInfo } from "./setting.ts";
import { cloudSettings, localSettings, MODES, settings } from "./settings/index.ts";
import { type EnvMap, environmentOnly, readSources, type Sources } from "./sources.ts";
import { toConfig } from "./to-config.ts";
import { describeTypo, findTypos, type Typo } from "./typos.ts";
import { describeUnused, findUnused } from "./unused.ts";
import { urlSecrets } from "./url-secrets.ts";
import { modeView, quote, type SettingView, viewOf } from "./views.ts";

export interface Loaded {
  readonly config: Config;
  /** Every variable of the mode, in the order of the schema. */
  readonly views: readonly SettingView[];
  /** All values of variables that are not marked public, and keys in URLs: to be masked in what leaves the process. */
  readonly secrets: readonly string[];
  readonly typos: readonly Typo[];
  /** What was set and has no effect, each as a sentence. */
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  readonly env: EnvMap;
  /** The env file to read instead of `.env`. */
  readonly envFile?: string;
  /** Values that win over everything, for commands that set some variables themselves. */
  readonly overrides?: EnvMap;
  /** Values that stand in for those of the schema where nothing else is set. */
  readonly defaults?: EnvMap | undefined;
}

/**
 * Reads, checks and freezes the configuration.
 * @throws ConfigError with every problem there is
 */
export function loadConfig(options: LoadOptions): Loaded {
  const { sources, unreadable } = sourcesOf(options);
  const typos = findTypos(sources.names(), knownNames());
  const unused = findUnused(sources.names()).map(describeUnused);
  const warnings = [...sources.malformedLines, ...typos.map(describeTypo), ...unused];
  const mode = modeOf(sources);
  // What else is wrong would follow from these: it is reported once they are right.
  const first = [...unreadable, ...(typeof mode === "string" ? [] : [mode])];
  if (first.length > 0 || typeof mode !== "string") throw new ConfigError(first, warnings, viewsOfWhatIsSet(sources));
  const schema = mode === "local" ? localSettings : cloudSettings;
  const found = new Map<string, Found>();
  for (const [variable, entry] of entriesOf(schema)) {
    const names = namesOf(variable, entry);
    const value = sources.find(names) ?? given(variable, options.defaults?.[variable]);
    if (value !== undefined) found.set(variable, value);
    warnings.push(...aliasConflicts(sources.findAll(names), infoOf(entry)));
  }
  warnings.push(...sharedValueConflicts(found));
  const { values, problems } = readValues(schema, found);
  const wrong = new Set(problems.map(({ name }) => name));
  const all = [...problems.map(({ problem }) => problem), ...crossChecks({ ...values, MODE: mode }, wrong)];
  const views = [
    modeView(sources.find(["MODE"])),
    ...entriesOf(schema).map(([variable, entry]) => viewOf(variable, infoOf(entry), found.get(variable))),
  ];
  if (all.length > 0) throw new ConfigError(all, warnings, views);
  return {
    config: deepFreeze(toConfig(v.parse(settings, { ...rawValues(found), MODE: mode }))),
    views,
    secrets: secretsOf(schema, found),
    typos,
    warnings,
  };
}

/** The environment with the env file; without it where it cannot be read, which is the first thing to correct. */
function sourcesOf({ env, overrides, envFile }: LoadOptions): { sources: Sources; unreadable: ConfigProblem[] } {
  const all = { ...env, ...overrides };
  try {
    return { sources: readSources(all, envFile), unreadable: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { sources: environmentOnly(all), unreadable: [...error.problems] };
  }
}

/** What is known where the configuration cannot be judged: the variables of either mode that are set. */
function viewsOfWhatIsSet(sources: Sources): SettingView[] {
  const entries = new Map([...entriesOf(localSettings), ...entriesOf(cloudSettings)]);
  const views = [...entries].flatMap(([variable, entry]) => {
    const found = sources.find(namesOf(variable, entry));
    return found === undefined ? [] : [viewOf(variable, infoOf(entry), found)];
  });
  return [modeView(sources.find(["MODE"])), ...views];
}

function namesOf(variable: string, entry: v.GenericSchema): readonly string[] {
  return [variable, ...(infoOf(entry).aliases ?? [])];
}

function given(variable: string, value: string | undefined): Found | undefined {
  return value === undefined ? undefined : { value, origin: { from: "command", name: variable } };
}

type Mode = (typeof MODES)[number];

function modeOf(sources: Sources): Mode | ConfigProblem {
  const found = sources.find(["MODE"]);
  if (found === undefined) return "cloud";
  const mode = MODES.find((candidate) => candidate === found.value.toLowerCase());
  if (mode !== undefined) return mode;
  return {
    variable: originName("MODE", found),
    problem: `${quote(found.value)} is no mode`,
    allowed: alternatives(MODES),
    remedy: "Set MODE=local on a laptop, MODE=cloud in a cluster.",
  };
}

type Settings = typeof localSettings | typeof cloudSettings;

function entriesOf(schema: Settings): [string, v.GenericSchema][] {
  return Object.entries(schema.entries as Record<string, v.GenericSchema>).filter(([variable]) => variable !== "MODE");
}

/** The variables of both modes, for the documentation: those of one mode only are marked. */
export function describeSettings(): { variable: string; modes: readonly string[]; infos: readonly SettingInfo[] }[] {
  const local = new Map(entriesOf(localSettings).map(([variable, entry]) => [variable, infoOf(entry)]));
  const cloud = new Map(entriesOf(cloudSettings).map(([variable, entry]) => [variable, infoOf(entry)]));
  return [...new Set([...local.keys(), ...cloud.keys()])].map((variable) => {
    const modes = MODES.filter((mode) => (mode === "local" ? local : cloud).has(variable));
    const infos = [cloud.get(variable), local.get(variable)].filter((info) => info !== undefined);
    return { variable, modes, infos };
  });
}

function knownNames(): ReadonlySet<string> {
  return new Set(
    describeSettings().flatMap(({ variable, infos }) => [variable, ...infos.flatMap((info) => info.aliases ?? [])]),
  );
}

/** Each variable by itself: rules between variables can then look at those that are right, beside those that are not. */
function readValues(schema: Settings, found: ReadonlyMap<string, Found>) {
  const values: Record<string, unknown> = {};
  const problems: { readonly name: string; readonly problem: ConfigProblem }[] = [];
  for (const [variable, entry] of entriesOf(schema)) {
    const result = v.safeParse(entry, found.get(variable)?.value, { abortPipeEarly: true });
    if (result.success) values[variable] = result.output;
    else
      problems.push({
        name: variable,
        problem: problemOf(variable, infoOf(entry), result.issues[0].message, found.get(variable)),
      });
  }
  return { values, problems };
}

function rawValues(found: ReadonlyMap<string, Found>): Record<string, string> {
  return Object.fromEntries([...found].map(([variable, { value }]) => [variable, value]));
}

function problemOf(variable: string, info: SettingInfo, problem: string, found: Found | undefined): ConfigProblem {
  if (found === undefined)
    return { variable, problem: "is not set", allowed: info.allowed, remedy: info.remedy ?? "Set it." };
  const shown = info.public ? quote(found.value) : "(not shown)";
  const remedy =
    info.default === undefined ? "Correct it or unset it." : `Correct it, or unset it to use ${info.default}.`;
  return { variable: originName(variable, found), problem: `${shown} ${problem}`, allowed: info.allowed, remedy };
}

/** The name that was used, and the file it stands in. */
function originName(variable: string, { origin }: Found): string {
  const name = origin.name === variable ? variable : `${origin.name} (second name of ${variable})`;
  return origin.from === "file" ? `${name} in ${origin.file}` : name;
}

function secretsOf(schema: Settings, found: ReadonlyMap<string, Found>): string[] {
  return entriesOf(schema).flatMap(([variable, entry]) => {
    const value = found.get(variable)?.value;
    if (value === undefined) return [];
    return infoOf(entry).public ? urlSecrets(value) : [value];
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === "object" && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
}
