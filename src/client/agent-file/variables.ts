import type { Agent } from "../../stigmer/index.ts";
import type { LoadedEnvironment } from "./load-environments.ts";

/** A variable of the agent's executions. Its value is not part of it. */
export interface Variable {
  readonly name: string;
  /** What its value comes from; undefined if it is only declared. */
  readonly source: string | undefined;
  readonly isSecret: boolean;
}

/** Variables that are given with a message. */
export type GivenVariables = ReadonlyMap<string, { readonly source: string; readonly isSecret: boolean }>;

/** The variables that are known of an agent: the later layer of the contract wins, and a secret stays one. */
export function variablesOf(
  { spec }: Agent,
  environments: readonly LoadedEnvironment[],
  given: GivenVariables,
): ReadonlyMap<string, Variable> {
  const variables = new Map<string, Variable>();
  const add = (name: string, source: string | undefined, isSecret: boolean) => {
    const before = variables.get(name);
    variables.set(name, {
      name,
      source: source ?? before?.source,
      isSecret: isSecret || before?.isSecret === true,
    });
  };
  for (const [name, { value, isSecret }] of Object.entries(spec?.envSpec?.data ?? {}))
    add(name, value === "" ? undefined : "env_spec", isSecret);
  for (const environment of environments)
    for (const [name, { value, isSecret }] of Object.entries(environment.data ?? {})) {
      // An empty secret is one that was taken out. The server does not tell its values.
      const isEmpty = isSecret && value === "" && environment.environment !== undefined;
      add(name, isEmpty ? undefined : environment.label, isSecret);
    }
  for (const [name, { source, isSecret }] of given) add(name, source, isSecret);
  return variables;
}
