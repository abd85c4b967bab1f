import type { Environment } from "../definition/index.ts";
import { SYSTEM_VARIABLE } from "../shared/variable-name.ts";
import { StigmerError } from "./stigmer-error.ts";

/** A variable of one layer. */
export interface LayerValue {
  readonly value: string;
  readonly isSecret: boolean;
}

export type Layer = Readonly<Record<string, LayerValue>>;

/** A variable that the agent declares. */
export interface DeclaredValue extends LayerValue {
  readonly description?: string;
}

/** A variable without a value. */
export interface MissingVariable {
  readonly name: string;
  /** Empty if there is none. */
  readonly description: string;
}

/** All layers of an execution's environment as one. */
export interface JoinedLayers {
  readonly environment: Environment;
  /** Declared by the agent, and in no layer with a value. */
  readonly missing: readonly MissingVariable[];
  /** Variables whose value the backend hides, so that they have one of a lower layer or none. */
  readonly hidden: readonly string[];
}

/** What backends show in place of a secret. An empty secret is one whose value was taken out. */
const REDACTED = /^(?:\s*|\*{3,}|•{3,}|[[<]redacted[\]>])$/i;

/**
 * Joins layers; later ones win. A variable that is a secret in any layer stays one: an override must not reveal it. A
 * secret that the backend does not show replaces no value.
 * @param declared the agent's own layer: an empty value in it only declares the name
 * @throws StigmerError `invalid` if a name or a value cannot be an environment variable
 */
export function joinLayers(
  declared: Readonly<Record<string, DeclaredValue>>,
  ...layers: readonly Layer[]
): JoinedLayers {
  const values = new Map<string, string>();
  const secret = new Set<string>();
  const hidden = new Set<string>();
  for (const [position, layer] of [declared, ...layers].entries()) {
    for (const [name, { value, isSecret }] of Object.entries(layer)) {
      if (isSecret) secret.add(name);
      if (position === 0 && value === "") continue;
      if (isSecret && REDACTED.test(value)) {
        hidden.add(name);
        continue;
      }
      requireValid(name, value);
      hidden.delete(name);
      values.set(name, value);
    }
  }
  const missing = Object.entries(declared)
    .filter(([name]) => !values.has(name) && !hidden.has(name))
    .map(([name, { description = "" }]) => ({ name, description }));
  return {
    // A variable may have any name, also that of a property which every object has.
    environment: { values: Object.fromEntries(values), secretNames: [...secret].filter((name) => values.has(name)) },
    missing,
    hidden: [...hidden],
  };
}

function requireValid(name: string, value: string): void {
  const refuse = (problem: string) =>
    new StigmerError(
      "invalid",
      `The environment of this execution has a variable ${JSON.stringify(name)}, ${problem}. Correct it in the agent, in an environment of its instance, or in the variables of the message.`,
    );
  if (!SYSTEM_VARIABLE.test(name))
    throw refuse("which is not a name: a name is not empty, and has neither an equals sign nor a NUL character");
  if (value.includes("\0")) throw refuse("whose value has a NUL character, which no variable can have");
}
