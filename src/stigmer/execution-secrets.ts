import type { AgentExecution } from "./wire.ts";

/** On an execution whose secrets are not in its `runtime_env`; their names are, with empty values. */
export const SECRETS_ANNOTATION = "agent-runner.stigmer.ai/secrets";
/** They are in the execution context that has the execution's id as its slug. */
export const SECRETS_IN_CONTEXT = "execution-context";

/** Whether the secrets of an execution have to be fetched. */
export function hasSecretsInContext({ metadata }: AgentExecution): boolean {
  return metadata?.annotations[SECRETS_ANNOTATION] === SECRETS_IN_CONTEXT;
}
