import { MASK } from "../shared/secret-mask.ts";
import type { AgentExecution } from "./wire.ts";

/** An execution as it may be shown: the values of the secrets it was given are masked. */
export function withoutSecrets(execution: AgentExecution): AgentExecution {
  return mapEnv(execution, (_, value) => (value.isSecret ? { ...value, value: MASK } : value));
}

/** What was shown and comes back changed, with the secrets it stands for put in again. */
export function withSecretsOf(before: AgentExecution, shown: AgentExecution): AgentExecution {
  const known = before.spec?.runtimeEnv ?? {};
  return mapEnv(shown, (name, value) => (value.isSecret && value.value === MASK ? (known[name] ?? value) : value));
}

type Env = NonNullable<AgentExecution["spec"]>["runtimeEnv"];

function mapEnv(execution: AgentExecution, change: (name: string, value: Env[string]) => Env[string]): AgentExecution {
  const { spec } = execution;
  if (spec === undefined) return execution;
  const runtimeEnv = Object.fromEntries(
    Object.entries(spec.runtimeEnv).map(([name, value]) => [name, change(name, value)]),
  );
  return { ...execution, spec: { ...spec, runtimeEnv } };
}
