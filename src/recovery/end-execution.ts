import { create, toJson } from "@bufbuild/protobuf";
import type { Logger } from "../log/index.ts";
import { abandonedStatus } from "../status/index.ts";
import {
  AgentExecutionCommandController,
  AgentExecutionQueryController,
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  ExecutionPhase,
  type StigmerClient,
  StigmerError,
} from "../stigmer/index.ts";
import { TYPE_KEY, typeUrl, type Workflows } from "../temporal/index.ts";
import type { JournalEntry } from "./journal.ts";

const ABANDONED_REASON =
  "The runner ended unexpectedly while it worked on this execution: it was killed, or its machine stopped. What was done until then is kept: send the message again, or another one to continue.";
const NOT_BEGUN_REASON =
  "The runner ended unexpectedly before it began to work on this execution: it was killed, or its machine stopped. Nothing was done: send the message again.";
const CANCELLED_REASON =
  "The execution was cancelled: its user or Stigmer cancelled its workflow, and its runner ended before it had ended the execution. What was done until then is kept: send another message to continue.";

export interface EndDeps {
  readonly client: Pick<StigmerClient, "call">;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * Gives an execution whose runner has ended a final status, if it has none: with the reason and closed calls, cancelled if
 * its workflow was, else failed.
 * @returns the final status that the backend has; `undefined` if the execution was deleted
 * @throws StigmerError
 */
export async function endStatus(
  { executionId }: JournalEntry,
  { client, log, signal }: EndDeps,
  isCancelled: boolean,
): Promise<AgentExecutionStatus | undefined> {
  let before: AgentExecutionStatus;
  try {
    const { method } = AgentExecutionQueryController;
    const execution = await client.call(method.get, { value: executionId }, { signal });
    before = execution.status ?? create(AgentExecutionStatusSchema);
  } catch (error) {
    if (error instanceof StigmerError && error.code === "not-found") return undefined;
    throw error;
  }
  const status = abandonedStatus(
    before,
    { failed: reasonOf(before), cancelled: CANCELLED_REASON, isCancelled },
    new Date(),
  );
  if (status === undefined) return before;
  await client.call(AgentExecutionCommandController.method.updateStatus, { executionId, status }, { signal });
  const phase = status.phase === ExecutionPhase.EXECUTION_CANCELLED ? "CANCELLED" : "FAILED";
  log.warn(`Execution ${executionId} was abandoned by a runner that ended unexpectedly: it is ${phase} now`);
  return status;
}

/** Whether the runner had begun: its first status is in progress and contains the user's message. */
function reasonOf({ phase, messages }: AgentExecutionStatus): string {
  const hasBegun = phase === ExecutionPhase.EXECUTION_IN_PROGRESS || messages.length > 0;
  return hasBegun ? ABANDONED_REASON : NOT_BEGUN_REASON;
}

/**
 * Completes the activity that the workflow waits for with the final status.
 * @returns whether the workflow was still waiting. If not, the server's workflow writes the status and may omit the reason.
 */
export async function completeActivity(
  entry: JournalEntry,
  status: AgentExecutionStatus,
  workflows: Pick<Workflows, "completeActivity">,
): Promise<boolean> {
  // The server adds both to the stored status. No activity returns them.
  const { audit: _, ...reported } = { ...status, callbackToken: new Uint8Array() };
  const result = {
    [TYPE_KEY]: typeUrl(AgentExecutionStatusSchema.typeName),
    ...(toJson(AgentExecutionStatusSchema, reported) as object),
  };
  return await workflows.completeActivity(entry, entry.activityId, result);
}
