import { MASK } from "../shared/secret-mask.ts";
import type { AgentExecution } from "./wire.ts";

/** An execution as it may be shown and stored: the values of the secrets it was given are masked. */
export function withoutSecrets(execution: AgentExecution): AgentExecution {
  const { spec } = execution;
  if (spec === undefined) return execution;
  const runtimeEnv = Object.fromEntries(
    Object.entries(spec.runtimeEnv).map(([name, value]) => [name, value.isSecret ? { ...value, value: MASK } : value]),
  );
  return { ...execution, spec: { ...spec, runtimeEnv } };
}
