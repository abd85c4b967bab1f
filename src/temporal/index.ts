/**
 * Temporal: connecting, the worker with its slots and drain, the payload codec, questions about workflows and task queues.
 * Used by the runner, the activities and the daemon. It never knows what an activity does.
 * @module
 */
export type { NativeConnection } from "@temporalio/worker";
export { ActivityWorker } from "./activity-worker.ts";
export { ConnectionAttempts, connectTemporal } from "./connect.ts";

export { FOREIGN_GROUP_REMEDIES } from "./foreign-group-error.ts";
export {
  describeForeign,
  type ForeignGroup,
  foreignGroups,
  type QueuePollers,
  refuseForeignGroups,
} from "./foreign-groups.ts";
export { probeTemporal } from "./health.ts";
export type { TypedJson } from "./payload-codec.ts";
export { protobufJsonCodec, TYPE_KEY, typeUrl } from "./payload-codec.ts";
export { installTemporalRuntime } from "./runtime.ts";

export { describeTaskQueue, type TaskQueueState } from "./task-queue.ts";
export type { TemporalErrorCode } from "./temporal-error.ts";
export { TemporalError } from "./temporal-error.ts";
export { traceParentOf } from "./trace-header.ts";
export type { Activities } from "./worker.ts";
export { createActivityWorker } from "./worker.ts";
export { formatIdentity, ownIdentity, parseIdentity } from "./worker-identity.ts";
export type { WorkflowState } from "./workflows.ts";
export { Workflows } from "./workflows.ts";
