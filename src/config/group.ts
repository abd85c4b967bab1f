import type { ConfigProblem } from "./config-error.ts";
import type { Setting, Settings } from "./setting.ts";

/** Settings that form one part of the configuration. */
export interface Group<S extends Settings = Settings, C = unknown> {
  readonly settings: S;
  /** Reports values that contradict each other, or of which one requires another. */
  check?(check: Check<S>): void;
  /** Makes the part of the configuration from the values. A property that is `undefined` is left out. */
  resolve(values: EffectiveValues<S>): C;
}

/** What a group's check sees. */
export interface Check<S extends Settings = Settings> {
  /** The values that are valid by themselves. */
  readonly values: Partial<ValuesOf<S>>;
  /** Whether the setting's own value is invalid, which is reported already. */
  isInvalid(key: keyof S & string): boolean;
  nameOf(key: keyof S & string): string;
  report(key: keyof S & string, problem: Omit<ConfigProblem, "variable">): void;
}

/** Settings and groups by the names of their properties: the declaration of a configuration, or of a part of it. */
export type Schema = Readonly<Record<string, Setting | Group>>;

/** The typed configuration that a schema declares. */
export type ConfigOf<S extends Schema> = Compact<{
  [K in keyof S as S[K] extends { readonly noEffect: string } ? never : K]: S[K] extends Group<Settings, infer C>
    ? C
    : S[K] extends Setting<infer T>
      ? T
      : never;
}>;

/** The part of the configuration that a group makes. */
export type PartOf<G extends Group> = G extends Group<Settings, infer C> ? C : never;

/** The values of settings. */
export type ValuesOf<S extends Settings> = Compact<{ [K in keyof S]: S[K] extends Setting<infer T> ? T : never }>;
/** The values of settings that have an effect. */
type EffectiveValues<S extends Settings> = ValuesOf<{
  [K in keyof S as S[K] extends { readonly noEffect: string } ? never : K]: S[K];
}>;

/** Properties that may be `undefined` become optional ones that are absent instead. */
export type Compact<T> = Flat<
  { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
    [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
  }
>;
type Flat<T> = { readonly [K in keyof T]: T[K] };

/** Groups settings; without `resolve` each value is a property of the part, under the setting's key. */
export function group<S extends Settings, C = EffectiveValues<S>>(
  settings: S,
  rules: { check?(check: Check<NoInfer<S>>): void; resolve?(values: EffectiveValues<NoInfer<S>>): C } = {},
): Group<S, Compact<C>> {
  return { resolve: (values) => values as unknown as C, ...rules, settings } as Group<S, Compact<C>>;
}

/** Leaves out the properties that are `undefined`. */
export function compact<T extends object>(values: T): Compact<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Compact<T>;
}

/** All settings of a schema, in the order of their declaration. */
export function settingsOf(schema: Schema): readonly Setting[] {
  return Object.values(schema).flatMap((node) => (isGroup(node) ? Object.values(node.settings) : [node]));
}

export function isGroup(node: Setting | Group): node is Group {
  return "settings" in node;
}
