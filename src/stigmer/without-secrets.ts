import { MASK } from "../shared/mask.ts";
import type { AgentExecution } from "./wire.ts";

/** A copy of an execution that may be shown and stored: the values of its secrets are masked. */
export function withoutSecrets(execution: AgentExecution): AgentExecution {
  const { spec } = execution;
  if (spec === undefined) return execution;
  const runtimeEnv = Object.fromEntries(
    Object.entries(spec.runtimeEnv).map(([name, value]) => [name, value.isSecret ? { ...value, value: MASK } : value]),
  );
  return { ...execution, spec: { ...spec, runtimeEnv } };
}
