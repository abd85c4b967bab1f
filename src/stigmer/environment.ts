import type { Environment } from "../definition/index.ts";
import { StigmerError } from "./stigmer-error.ts";

/** A variable of one layer. */
export interface LayerValue {
  readonly value: string;
  readonly isSecret: boolean;
}

export type Layer = Readonly<Record<string, LayerValue>>;

/** What an operating system accepts as a name. */
const VALID_NAME = /^[^=\0]+$/;

/**
 * Joins layers; later ones win. A variable that is a secret in any layer stays one: an override must not reveal it.
 * @param declared the agent's own layer: an empty value in it only declares the name
 * @throws StigmerError `invalid` if a name or a value cannot be an environment variable
 */
export function joinLayers(declared: Layer, ...layers: readonly Layer[]): Environment {
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
