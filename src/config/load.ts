import * as v from "valibot";
import { alternatives } from "../shared/text.ts";
import type { Config } from "./config.ts";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { crossChecks } from "./cross-checks.ts";
import { infoOf, type SettingInfo } from "./setting.ts";
import { cloudSettings, localSettings, MODES, settings } from "./settings/index.ts";
import { type EnvMap, type Found, type Origin, readSources, type Sources } from "./sources.ts";
import { toConfig } from "./to-config.ts";
import { describeTypo, findTypos, type Typo } from "./typos.ts";
import { describeUnused, findUnused } from "./unused.ts";

/** One variable as it stands, for people: a secret's value is not in it. */
export interface SettingView {
  readonly variable: string;
  /** As the environment would spell it; absent where it has neither a value nor a default. */
  readonly value?: string;
  readonly secret: boolean;
  readonly origin: Origin;
  readonly info: SettingInfo;
}

export interface Loaded {
  readonly config: Config;
  /** Every variable of the mode, in the order of the schema. */
  readonly views: readonly SettingView[];
  /** All values of variables that are not marked public, to be masked in what leaves the process. */
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
  readonly defaults?: EnvMap;
}

/**
 * Reads, checks and freezes the configuration.
 * @throws ConfigError with every problem there is
 */
export function loadConfig(options: LoadOptions): Loaded {
  const sources = readSources({ ...options.env, ...options.overrides }, options.envFile);
  const typos = findTypos(sources.names(), knownNames());
  const unused = findUnused(sources.names()).map(describeUnused);
  const warnings = [...sources.strayLines, ...typos.map(describeTypo), ...unused];
  const mode = modeOf(sources, warnings);
  const schema = mode === "local" ? localSettings : cloudSettings;
  const found = new Map<string, Found>();
  for (const [variable, entry] of entriesOf(schema)) {
    const value =
      sources.find([variable, ...(infoOf(entry).also ?? [])]) ?? given(variable, options.defaults?.[variable]);
    if (value !== undefined) found.set(variable, value);
  }
  const { values, problems } = readValues(schema, found);
  const wrong = new Set(problems.map(({ name }) => name));
  const all = [...problems.map(({ problem }) => problem), ...crossChecks({ ...values, MODE: mode }, wrong)];
  if (all.length > 0) throw new ConfigError(all, warnings);
  return {
    config: deepFreeze(toConfig(v.parse(settings, { ...rawValues(found), MODE: mode }))),
    views: viewsOf(schema, found, mode, sources),
    secrets: secretsOf(schema, found),
    typos,
    warnings,
  };
}

function given(variable: string, value: string | undefined): Found | undefined {
  return value === undefined ? undefined : { value, origin: { from: "command", name: variable } };
}

function modeOf(sources: Sources, warnings: readonly string[]): (typeof MODES)[number] {
  const found = sources.find(["MODE"]);
  if (found === undefined) return "cloud";
  const mode = MODES.find((candidate) => candidate === found.value.toLowerCase());
  if (mode !== undefined) return mode;
  const problem = {
    variable: originName("MODE", found),
    problem: `${quote(found.value)} is no mode`,
    allowed: alternatives(MODES),
    remedy: "Set MODE=local on a laptop, MODE=cloud in a cluster.",
  };
  throw new ConfigError([problem], warnings);
}

type Settings = typeof localSettings | typeof cloudSettings;

function entriesOf(schema: Settings): [string, v.GenericSchema][] {
  return Object.entries(schema.entries as Record<string, v.GenericSchema>).filter(([variable]) => variable !== "MODE");
}

/** The variables of both modes, for the README: those of one mode only are marked. */
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
    describeSettings().flatMap(({ variable, infos }) => [variable, ...infos.flatMap((info) => info.also ?? [])]),
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

function quote(value: string): string {
  // A password in a URL is refused, and not shown with the refusal.
  const shown = value.replace(/\/\/[^/@\s]*@/, "//***@");
  return JSON.stringify(shown.length > 200 ? `${shown.slice(0, 200)}…` : shown);
}

function viewsOf(schema: Settings, found: ReadonlyMap<string, Found>, mode: string, sources: Sources): SettingView[] {
  const modeFound = sources.find(["MODE"]);
  const modeInfo: SettingInfo = {
    about: "What the runner works with.",
    allowed: alternatives(MODES),
    public: true,
    default: "cloud",
  };
  const modeView: SettingView = {
    variable: "MODE",
    value: mode,
    secret: false,
    origin: modeFound?.origin ?? { from: "default" },
    info: modeInfo,
  };
  const views = entriesOf(schema).map(([variable, entry]): SettingView => {
    const info = infoOf(entry);
    const value = found.get(variable)?.value ?? info.default;
    const origin = found.get(variable)?.origin ?? ({ from: "default" } as const);
    return {
      variable,
      secret: !info.public,
      origin,
      info,
      ...(value === undefined ? {} : { value: info.public ? value : "***" }),
    };
  });
  return [modeView, ...views];
}

function secretsOf(schema: Settings, found: ReadonlyMap<string, Found>): string[] {
  return entriesOf(schema).flatMap(([variable, entry]) => {
    const value = found.get(variable);
    return value === undefined || infoOf(entry).public ? [] : [value.value];
  });
}

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === "object" && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
}
