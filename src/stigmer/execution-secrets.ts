import type { AgentExecution } from "./wire.ts";

/** Marks an execution whose secrets are kept elsewhere: its `runtime_env` has their names with empty values. */
export const SECRETS_ANNOTATION = "agent-runner.stigmer.ai/secrets";
/** The value of the annotation: they are in the execution context whose slug is the execution's id. */
export const SECRETS_IN_CONTEXT = "execution-context";

/** Whether the secrets of an execution must be read from its execution context. */
export function hasSecretsInContext({ metadata }: AgentExecution): boolean {
  return metadata?.annotations[SECRETS_ANNOTATION] === SECRETS_IN_CONTEXT;
}
