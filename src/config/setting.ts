import * as v from "valibot";
import type { Parser } from "./parsers/parsers.ts";

/** What is known of a variable besides how it is read. */
export interface SettingInfo {
  /** One sentence for docs/configuration.md and `agent-runner config`. */
  readonly description: string;
  /** Other names that launchers use; the main name wins, then these in order. */
  readonly aliases?: readonly string[];
  /** Only what is marked public is ever shown; all else is a secret. */
  readonly public: boolean;
  readonly allowed: string;
  /** The default as the environment would spell it. */
  readonly default?: string;
  /** What stands in the default's place where it depends on something else. */
  readonly defaultNote?: string;
  /** What to do where a required variable is missing. */
  readonly remedy?: string;
}

type Options = Partial<Omit<SettingInfo, "about" | "allowed" | "default">>;
type Described<S extends v.GenericSchema> = v.SchemaWithPipe<
  readonly [S, v.MetadataAction<v.InferOutput<S>, { info: SettingInfo }>]
>;

function described<S extends v.GenericSchema>(schema: S, info: SettingInfo): Described<S> {
  return v.pipe(schema, v.metadata({ info }));
}

/** A variable with a default. */
export function withDefault<T>(parser: Parser<T>, fallback: string, description: string, options: Options = {}) {
  const info: SettingInfo = { public: true, ...options, description, allowed: parser.allowed, default: fallback };
  return described(v.optional(parser.schema, fallback), info);
}

/** A variable that may be missing. */
export function optional<T>(parser: Parser<T>, description: string, options: Options = {}) {
  const info: SettingInfo = { public: true, ...options, description, allowed: parser.allowed };
  return described(v.optional(parser.schema), info);
}

/** A variable that must be there; `remedy` says where its value comes from. */
export function required<T>(parser: Parser<T>, description: string, remedy: string, options: Options = {}) {
  const info: SettingInfo = { public: true, ...options, description, allowed: parser.allowed, remedy };
  return described(parser.schema, info);
}

/** What was declared about a variable of a settings object. */
export function infoOf(schema: v.GenericSchema): SettingInfo {
  const { info } = v.getMetadata(schema) as { info?: SettingInfo };
  if (info === undefined) throw new Error("a setting was declared without its description");
  return info;
}
