export type { Blueprint } from "./blueprint.ts";
export { resolveBlueprint } from "./blueprint.ts";
export type { CallOptions, StigmerClientOptions } from "./client.ts";
export { CALL_TIMEOUT_MS, MAX_MESSAGE_BYTES, StigmerClient } from "./client.ts";
export type { AgentEnvironment } from "./environment.ts";
export { serviceDefinition } from "./service-definition.ts";
export type { StigmerErrorCode } from "./stigmer-error.ts";
export { StigmerError } from "./stigmer-error.ts";
export * from "./wire.ts";
