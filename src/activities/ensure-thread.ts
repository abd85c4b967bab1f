import { activityInfo } from "@temporalio/activity";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { executionOf } from "../stigmer/index.ts";
import { EPHEMERAL, type ThreadStore } from "../threads/index.ts";
import { invalidArgument, kindOf } from "./invalid-argument.ts";

export interface EnsureThreadDeps {
  readonly threads: Pick<ThreadStore, "announce">;
  readonly log: Logger;
}

/**
 * The activity `EnsureThread`: names the thread that an execution continues. Threads come into being when they are
 * first written to, so there is nothing to create. It keeps the execution's place in the thread's queue, since Temporal
 * may hand out the task of a later message first.
 */
export function ensureThread(parts: EnsureThreadDeps) {
  return async (sessionId?: unknown, agentId?: unknown): Promise<string> => {
    const threadId = threadOf(sessionId, agentId);
    const executionId = executionOf(activityInfo().workflowExecution?.workflowId);
    if (executionId !== undefined && !threadId.startsWith(EPHEMERAL)) await announce(parts, threadId, executionId);
    return threadId;
  };
}

/**
 * @param sessionId empty for an execution without a session
 * @param agentId needed only then
 * @returns `thread-<session id>`, or `ephemeral-<agent id>-<8 hex digits>` for an execution without a session
 * @throws ApplicationFailure `InvalidArgument`: else unrelated callers would share one memory
 */
export function threadOf(sessionId?: unknown, agentId?: unknown): string {
  const call = "EnsureThread takes the session's id, which may be empty, and the agent's id, both as texts";
  if (typeof sessionId !== "string") throw invalidArgument(`${call}: the session's id is ${kindOf(sessionId)}.`);
  if (sessionId !== "") return `thread-${sessionId}`;
  if (typeof agentId !== "string") throw invalidArgument(`${call}: the agent's id is ${kindOf(agentId)}.`);
  return `${EPHEMERAL}${agentId}-${crypto.randomUUID().slice(0, 8)}`;
}

/** Best effort: without a place of its own the execution gets one when it arrives. */
async function announce({ threads, log }: EnsureThreadDeps, threadId: string, executionId: string): Promise<void> {
  await threads
    .announce(threadId, executionId)
    .catch((error: unknown) =>
      log.warn(`No turn could be kept for ${executionId} on ${threadId}: ${messageOf(error)}`),
    );
}
