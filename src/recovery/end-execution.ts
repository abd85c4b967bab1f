import { toJson } from "@bufbuild/protobuf";
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
  "The runner ended unexpectedly while it worked on this execution: it was killed, or its machine stopped. What was done until then is kept: send the message again, or another one to go on.";
const NOT_BEGUN_REASON =
  "The runner ended unexpectedly before it began to work on this execution: it was killed, or its machine stopped. Nothing was done: send the message again.";

export interface EndDeps {
  readonly client: StigmerClient;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * Sends the last status of an execution whose runner has ended: it says so, and its calls are closed.
 * @returns the status that was sent; `undefined` where there was nothing to send: it is gone, or has ended
 * @throws StigmerError
 */
export async function endStatus(
  { executionId }: JournalEntry,
  { client, log, signal }: EndDeps,
): Promise<AgentExecutionStatus | undefined> {
  let before: AgentExecutionStatus | undefined;
  try {
    const { method } = AgentExecutionQueryController;
    before = (await client.call(method.get, { value: executionId }, { signal })).status;
  } catch (error) {
    if (error instanceof StigmerError && error.code === "not-found") return undefined;
    throw error;
  }
  const status = before === undefined ? undefined : abandonedStatus(before, reasonOf(before), new Date());
  if (status === undefined) return undefined;
  await client.call(AgentExecutionCommandController.method.updateStatus, { executionId, status }, { signal });
  log.warn(`Execution ${executionId} was left behind by a runner that ended unexpectedly: it is FAILED now`);
  return status;
}

/** The first status that a runner sends is in progress, and has the user's message. */
function reasonOf({ phase, messages }: AgentExecutionStatus): string {
  const hasBegun = phase === ExecutionPhase.EXECUTION_IN_PROGRESS || messages.length > 0;
  return hasBegun ? ABANDONED_REASON : NOT_BEGUN_REASON;
}

/**
 * Gives the last status to the workflow as the result of the activity that it waits for.
 * @returns whether it still did. Where Temporal was faster, the server's workflow writes last, and may lack the reason.
 */
export async function completeActivity(
  entry: JournalEntry,
  status: AgentExecutionStatus,
  workflows: Pick<Workflows, "completeActivity">,
): Promise<boolean> {
  const result = {
    [TYPE_KEY]: typeUrl(AgentExecutionStatusSchema.typeName),
    ...(toJson(AgentExecutionStatusSchema, status) as object),
  };
  return await workflows.completeActivity(entry, entry.activityId, result);
}
