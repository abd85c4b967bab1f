import type { Activities } from "../temporal/index.ts";
import { cleanupSandbox } from "./cleanup-sandbox.ts";
import { ensureThread } from "./ensure-thread.ts";
import { type ExecutionDeps, executeGraphton } from "./execute-graphton.ts";

export { Semaphore } from "../shared/semaphore.ts";
export { workflowIdOf } from "../stigmer/index.ts";
export { threadOf } from "./ensure-thread.ts";
export type { ExecutionAdmission, ExecutionDeps } from "./execute-graphton.ts";

/** The activity that runs an agent. */
export const EXECUTE = "ExecuteGraphton";
/** The activity that a workflow calls right before {@link EXECUTE}. */
export const ENSURE_THREAD = "EnsureThread";

/** The runner's activities, by the names that the server's workflow calls. */
export function createActivities(parts: ExecutionDeps): Activities {
  return {
    [EXECUTE]: executeGraphton(parts),
    [ENSURE_THREAD]: ensureThread({ threads: parts.threads, log: parts.log.child("execution") }),
    CleanupSandbox: cleanupSandbox(parts.sandboxes, parts.log.child("sandbox")),
  };
}
