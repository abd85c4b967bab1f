import * as v from "valibot";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { type Check, type ConfigOf, compact, type Group, isGroup, type Schema } from "./group.ts";
import { nameAndPlace, type SetValue } from "./origin.ts";
import type { Setting } from "./setting.ts";
import { quote, type SettingView } from "./views.ts";

/** What a schema makes of the values that were found. */
export interface Reading<S extends Schema> {
  /** The parts without problems: all of them if there are no problems. */
  readonly config: Partial<ConfigOf<S>>;
  readonly problems: readonly ConfigProblem[];
}

/** Finds the value of a setting. */
export type Find = (setting: Setting) => SetValue | undefined;

/** Parses each setting of a schema once, checks its groups and makes the configuration. */
export function readSchema<S extends Schema>(schema: S, find: Find): Reading<S> {
  const config: Record<string, unknown> = {};
  const invalid: ConfigProblem[] = [];
  const contradictions: ConfigProblem[] = [];
  for (const [key, node] of Object.entries(schema)) {
    const reading = isGroup(node) ? readGroup(node, find) : readOne(key, node, find);
    invalid.push(...reading.invalid);
    contradictions.push(...reading.contradictions);
    if (reading.value !== undefined) config[key] = reading.value;
  }
  return { config: config as Partial<ConfigOf<S>>, problems: [...invalid, ...contradictions] };
}

/** @throws ConfigError if there are problems */
export function requireValid<S extends Schema>(
  { config, problems }: Reading<S>,
  warnings: readonly string[] = [],
  views: readonly SettingView[] = [],
): ConfigOf<S> {
  if (problems.length > 0) throw new ConfigError(problems, warnings, views);
  return config as ConfigOf<S>;
}

interface NodeReading {
  /** Absent if there are problems. */
  readonly value?: unknown;
  readonly invalid: readonly ConfigProblem[];
  readonly contradictions: readonly ConfigProblem[];
}

function readOne(key: string, setting: Setting, find: Find): NodeReading {
  const { values, invalid } = readValues({ [key]: setting }, find);
  return { value: effective(values, { [key]: setting })[key], invalid: [...invalid.values()], contradictions: [] };
}

function readGroup({ settings, check, resolve }: Group, find: Find): NodeReading {
  const { values, invalid } = readValues(settings, find);
  const contradictions: ConfigProblem[] = [];
  const nameOf: Check["nameOf"] = (key) => settings[key]?.name ?? key;
  check?.({
    values,
    nameOf,
    isInvalid: (key) => invalid.has(key),
    report: (key, problem) => contradictions.push({ variable: nameOf(key), ...problem }),
  });
  const problems = { invalid: [...invalid.values()], contradictions };
  if (invalid.size > 0 || contradictions.length > 0) return problems;
  return { value: compact(resolve(effective(values, settings)) as object), ...problems };
}

function effective(values: Record<string, unknown>, settings: Group["settings"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => settings[key]?.noEffect === undefined));
}

/** Each setting separately, so that checks can evaluate the valid ones even if others are invalid. */
function readValues(settings: Group["settings"], find: Find) {
  const values: Record<string, unknown> = {};
  const invalid = new Map<string, ConfigProblem>();
  for (const [key, setting] of Object.entries(settings)) {
    const found = find(setting);
    const text = found?.value ?? setting.default;
    if (text === undefined) {
      if (setting.required !== undefined) invalid.set(key, missing(setting, setting.required));
      continue;
    }
    const result = v.safeParse(setting.parser.schema, text, { abortPipeEarly: true });
    if (!result.success) invalid.set(key, wrong(setting, text, result.issues[0].message, found));
    else if (result.output !== undefined) values[key] = result.output;
  }
  return { values, invalid };
}

function missing({ name, parser }: Setting, remedy: string): ConfigProblem {
  return { variable: name, problem: "is not set", allowed: parser.allowed, remedy };
}

function wrong(setting: Setting, text: string, problem: string, found: SetValue | undefined): ConfigProblem {
  const { name, parser, secret } = setting;
  const fallback = found?.fallback ?? setting.default;
  return {
    variable: found === undefined ? name : nameAndPlace(name, found),
    problem: `${secret ? "(not shown)" : quote(text)} ${problem}`,
    allowed: parser.allowed,
    remedy:
      setting.remedy ??
      (fallback === undefined ? "Correct it or unset it." : `Correct it, or unset it to use ${fallback}.`),
  };
}
