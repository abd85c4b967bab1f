/**
 * @module The Stigmer backend: typed gRPC calls over generated code, and what follows from its messages, such as the
 * definition of an execution. Modules that read or write wire messages use it; `agent/` and `sandbox/` never see it.
 * It never reports a status by itself.
 */

// Calls, and a server of the same services.
export { MAX_SKILL_MESSAGE_BYTES } from "./channel.ts";

export { StigmerClient } from "./client.ts";
// Executions and sessions.
export { isTerminalPhase } from "./execution-phase.ts";
export { SECRETS_ANNOTATION, SECRETS_IN_CONTEXT } from "./execution-secrets.ts";
export { executionOf, WORKFLOW_TYPE, workflowIdOf } from "./execution-workflow.ts";
export { resolveDefinition } from "./resolve-definition.ts";
export { serviceDefinition } from "./service-definition.ts";
export type { StigmerErrorCode } from "./stigmer-error.ts";
export { StigmerError } from "./stigmer-error.ts";
export { StigmerSessions } from "./stigmer-sessions.ts";
export { StigmerSkills } from "./stigmer-skills.ts";
// Messages, enums and services.
export * from "./wire.ts";
export { withoutSecrets } from "./without-secrets.ts";
