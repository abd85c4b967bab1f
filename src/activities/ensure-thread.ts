import { activityInfo } from "@temporalio/activity";
import { type Logger, withLogFields } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { executionOf } from "../stigmer/index.ts";
import { ephemeralThread, isEphemeral, sessionThread, type ThreadStore } from "../threads/index.ts";
import { invalidArgument, kindOf } from "./invalid-argument.ts";
import { activityIds } from "./log-ids.ts";

interface EnsureThreadDeps {
  readonly threads: Pick<ThreadStore, "announce">;
  readonly log: Logger;
}

/**
 * The activity `EnsureThread` returns the id of the thread that an execution continues. It creates nothing: a thread exists
 * once something is written to it. It puts the execution into the queue of the thread, since Temporal may hand out the
 * task of a later message first.
 */
export function ensureThread(deps: EnsureThreadDeps) {
  return async (sessionId?: unknown, agentId?: unknown): Promise<string> => {
    const threadId = threadOf(sessionId, agentId);
    const executionId = executionOf(activityInfo().workflowExecution?.workflowId);
    if (executionId !== undefined && !isEphemeral(threadId))
      await withLogFields({ ...activityIds(), threadId }, () => announce(deps, threadId, executionId));
    return threadId;
  };
}

/**
 * @param sessionId empty for an execution without a session
 * @param agentId needed only then
 * @returns `thread-<session id>`, or `ephemeral-<agent id>-<8 hex digits>` for an execution without a session
 * @throws ApplicationFailure `InvalidArgument`: with a wrong id unrelated sessions would share a thread
 */
export function threadOf(sessionId?: unknown, agentId?: unknown): string {
  const call = "EnsureThread takes the session's id, which may be empty, and the agent's id, both as strings";
  if (typeof sessionId !== "string") throw invalidArgument(`${call}: the session's id is ${kindOf(sessionId)}.`);
  if (sessionId !== "") return sessionThread(sessionId);
  if (typeof agentId !== "string") throw invalidArgument(`${call}: the agent's id is ${kindOf(agentId)}.`);
  return ephemeralThread(agentId);
}

/** Best effort: without it the execution is queued when it arrives. */
async function announce({ threads, log }: EnsureThreadDeps, threadId: string, executionId: string): Promise<void> {
  await threads
    .announce(threadId, executionId)
    .catch((error: unknown) =>
      log.warn(`${executionId} could not be put into the queue of ${threadId} yet: ${messageOf(error)}`),
    );
}
