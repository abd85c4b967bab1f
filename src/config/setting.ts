import type { Parser } from "./parsers/parser.ts";

/** One environment variable. Parsing, the typed configuration, `agent-runner config` and the docs follow from it. */
export interface Setting<T = unknown> {
  readonly name: string;
  /** Other names that launchers use; the main name wins, then these in order. */
  readonly aliases?: readonly string[];
  /** Whether the aliases are set for more than what the name is for. Then it is no conflict if both are set. */
  readonly hasGeneralAliases?: true;
  readonly parser: Parser<T>;
  /** One sentence for docs/configuration.md. */
  readonly description: string;
  /** A secret's value is never shown. */
  readonly secret?: true;
  /** Marks the path of a file whose content is a secret: a warning says so if others can read it. */
  readonly holdsSecret?: true;
  /** The default, written as in the environment. */
  readonly default?: string;
  /** Describes a default that depends on something else. */
  readonly defaultNote?: string;
  /** Marks a setting that must be set, and says where its value comes from. */
  readonly required?: string;
  /** What to do about a wrong value, if there is more to say than "correct it or unset it". */
  readonly remedy?: string;
  /** Marks a setting that is accepted but does nothing, and says why. It does not reach the configuration. */
  readonly noEffect?: string;
}

/** Settings by the names of their properties in the configuration. */
export type Settings = Readonly<Record<string, Setting>>;

/**
 * Declares a setting. One without `default` and `required` may be missing: then the configuration lacks its property.
 *
 * @example
 * setting({ name: "REDIS_PORT", parser: port, default: "6379", description: "The port of Redis." })
 */
export function setting<T, N extends string>(declaration: Setting<T> & { readonly noEffect: N }): typeof declaration;
export function setting<T>(declaration: Setting<T> & (HasDefault | IsRequired)): Setting<T>;
export function setting<T>(declaration: Setting<T>): Setting<T | undefined>;
export function setting<T>(declaration: Setting<T>): Setting<T | undefined> {
  return declaration;
}

interface HasDefault {
  readonly default: string;
}
interface IsRequired {
  readonly required: string;
}

/** The names under which a setting is found, the one that wins first. */
export function namesOf({ name, aliases = [] }: Setting): readonly string[] {
  return [name, ...aliases];
}
