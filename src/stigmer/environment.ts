import { StigmerError } from "./stigmer-error.ts";

/** The variables of an execution, and which of them are secrets. */
export interface AgentEnvironment {
  readonly values: Readonly<Record<string, string>>;
  /** Names of secret variables. */
  readonly secretNames: readonly string[];
}

/** A variable of one layer. */
export interface LayerValue {
  readonly value: string;
  readonly isSecret: boolean;
}

export type Layer = Readonly<Record<string, LayerValue>>;

/** What an operating system takes as a variable. */
const VALID_NAME = /^[^=\0]+$/;

/**
 * Joins layers; later ones win. A variable that any layer calls a secret stays one: an override must not uncover it.
 * An empty value in a layer that only declares its names is no value.
 * @throws StigmerError where a name or a value cannot be an environment variable
 */
export function joinLayers(declared: Layer, ...layers: readonly Layer[]): AgentEnvironment {
  const values: Record<string, string> = {};
  const secret = new Set<string>();
  for (const [position, layer] of [declared, ...layers].entries()) {
    for (const [name, { value, isSecret }] of Object.entries(layer)) {
      if (isSecret) secret.add(name);
      if (position === 0 && value === "") continue;
      if (!VALID_NAME.test(name) || value.includes("\0")) {
        throw new StigmerError(
          "invalid",
          `The environment of this execution has a variable ${JSON.stringify(name)} whose name or value cannot be an environment variable.`,
        );
      }
      values[name] = value;
    }
  }
  return { values, secretNames: [...secret].filter((name) => Object.hasOwn(values, name)) };
}
