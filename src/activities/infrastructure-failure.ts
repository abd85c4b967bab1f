import { AgentError } from "../agent/index.ts";
import { SandboxError } from "../sandbox/index.ts";
import { StigmerError, type StigmerErrorCode } from "../stigmer/index.ts";
import { ThreadError } from "../threads/index.ts";

/** With these the backend refuses, or does not hear, this runner whatever it asks for. */
const OF_THE_BACKEND: ReadonlySet<StigmerErrorCode> = new Set([
  "unauthenticated",
  "unavailable",
  "tls",
  "deadline-exceeded",
]);

/**
 * Whether an execution failed for a reason that lies between this replica and what it works with, so that another replica
 * may succeed and the next execution here may not.
 * @param usesDefaultModel a model that a user chose may be out of reach for every replica, and says nothing of this one
 * @returns the reason, in words that are the same for each such execution
 */
export function infrastructureFailure(error: unknown, usesDefaultModel: boolean): string | undefined {
  if (error instanceof ThreadError) return "the agents' memory cannot be used";
  if (error instanceof StigmerError)
    return OF_THE_BACKEND.has(error.code) ? `the Stigmer backend (${error.code})` : undefined;
  if (error instanceof SandboxError && error.isOfReplica) return "no sandbox can be had";
  if (error instanceof AgentError && error.isOfReplica && usesDefaultModel)
    return "the default model cannot be reached or refuses the key";
  return undefined;
}
