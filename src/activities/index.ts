/**
 * @module The activities that the server's workflow calls: `ExecuteGraphton` runs an execution, `EnsureThread` names its
 * thread, `CleanupSandbox` removes a sandbox. The runner registers them with its worker and gives them what they need.
 * They never read configuration and never decide when a task is taken.
 */
import type { Activities } from "../temporal/index.ts";
import { cleanupSandbox } from "./cleanup-sandbox.ts";
import { ensureThread } from "./ensure-thread.ts";
import { executeGraphton } from "./execute-graphton.ts";
import type { ExecutionDeps } from "./execution-deps.ts";

// How the server names what it calls.
export { executionOf, workflowIdOf } from "../stigmer/index.ts";

/** The activity that runs an agent. */
export const EXECUTE = "ExecuteGraphton";
/** The activity that a workflow calls right before {@link EXECUTE}. */
export const ENSURE_THREAD = "EnsureThread";

/** The runner's activities, by the names that the server's workflow calls. */
export function createActivities(deps: ExecutionDeps): Activities {
  return {
    [EXECUTE]: executeGraphton(deps),
    [ENSURE_THREAD]: ensureThread({ threads: deps.threads, log: deps.log.child("execution") }),
    CleanupSandbox: cleanupSandbox(deps.sandboxes, deps.log.child("sandbox")),
  };
}
