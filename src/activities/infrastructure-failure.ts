import { AgentError } from "../agent/index.ts";
import { SandboxError } from "../sandbox/index.ts";
import { StigmerError, type StigmerErrorCode } from "../stigmer/index.ts";
import { ThreadError } from "../threads/index.ts";

/** Errors with which the backend fails every call of this runner. */
const BACKEND_FAILURES: ReadonlySet<StigmerErrorCode> = new Set([
  "unauthenticated",
  "unavailable",
  "tls",
  "deadline-exceeded",
]);

/**
 * Whether an execution failed because of this replica or its connections, so that another replica may succeed and the next
 * execution here may fail too.
 * @param usesDefaultModel a model that the user chose may be unreachable for every replica, so its failure does not count
 * @returns the reason, in the same words for each such execution; `undefined` for any other failure
 */
export function infrastructureFailure(error: unknown, usesDefaultModel: boolean): string | undefined {
  if (error instanceof ThreadError) return "the agents' memory cannot be used";
  if (error instanceof StigmerError)
    return BACKEND_FAILURES.has(error.code) ? `the Stigmer backend cannot be used (${error.code})` : undefined;
  if (error instanceof SandboxError && error.isReplicaLocal) return "no sandbox is available";
  if (error instanceof AgentError && error.isReplicaLocal && usesDefaultModel)
    return "the default model cannot be reached or refuses the key";
  return undefined;
}
