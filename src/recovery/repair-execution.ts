import { toJson } from "@bufbuild/protobuf";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { sleep } from "../shared/time.ts";
import { abandonedStatus } from "../status/index.ts";
import {
  AgentExecutionCommandController,
  AgentExecutionQueryController,
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  type StigmerClient,
  StigmerError,
} from "../stigmer/index.ts";
import { TYPE_KEY, typeUrl, type Workflows } from "../temporal/index.ts";
import type { JournalEntry } from "./journal.ts";

export const ABANDONED_REASON =
  "The runner ended unexpectedly while it worked on this execution: it was killed, or its machine stopped. What was done until then is kept: send the message again, or another one to go on.";

/** A runner sends heartbeats every few seconds; one that sent none for so long does not work on the execution any more. */
const SILENT_MS = 20_000;
/** Temporal ends an activity without heartbeats after 30 s, and the server's workflow itself soon after. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 2_000;

export interface RepairDeps {
  readonly client: StigmerClient;
  readonly workflows: Pick<Workflows, "describe" | "completeActivity">;
  /** Whether it is sure that the runner which had the execution has ended. */
  readonly isCertain: boolean;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/**
 * Ends an execution that its runner left behind: its status says so, its calls are closed, and its workflow goes on.
 * @returns whether nothing is left to do: also where the execution is gone, has ended, or its runner lives after all
 */
export async function repairExecution(entry: JournalEntry, deps: RepairDeps): Promise<boolean> {
  const { workflows, isCertain, signal, log } = deps;
  const end = Date.now() + PATIENCE_MS;
  let seenAliveAt: number | undefined;
  while (!signal.aborted && Date.now() < end) {
    try {
      const workflow = await workflows.describe(entry);
      const activity = workflow?.pending.get(entry.activityId);
      if (activity === undefined) {
        if (workflow?.isOpen !== true) return await closeStatus(entry, deps);
      } else {
        seenAliveAt ??= activity.aliveAt;
        if (!isCertain && activity.aliveAt > seenAliveAt) {
          log.debug(`The runner of execution ${entry.executionId} lives`);
          return true;
        }
        const isAbandoned = isCertain || Date.now() - activity.aliveAt > SILENT_MS;
        if (isAbandoned && (await completeFor(entry, deps))) return true;
      }
    } catch (error) {
      log.debug(`Execution ${entry.executionId} cannot be repaired yet: ${messageOf(error)}`);
    }
    await sleep(LOOK_MS, signal);
  }
  return false;
}

/** Sends the last status, and gives it to the workflow as the result of the activity that it waits for. */
async function completeFor(entry: JournalEntry, deps: RepairDeps): Promise<boolean> {
  const status = await sendStatus(entry, deps);
  if (status === undefined) return true;
  const result = {
    [TYPE_KEY]: typeUrl(AgentExecutionStatusSchema.typeName),
    ...(toJson(AgentExecutionStatusSchema, status) as object),
  };
  // Where Temporal was faster, the server's workflow writes last, and may lack the reason.
  return await deps.workflows.completeActivity(entry, entry.activityId, result);
}

async function closeStatus(entry: JournalEntry, deps: RepairDeps): Promise<boolean> {
  await sendStatus(entry, deps);
  return true;
}

/** @returns the status that was sent; `undefined` where there was nothing to send @throws StigmerError */
async function sendStatus({ executionId }: JournalEntry, { client, log, signal }: RepairDeps) {
  let before: AgentExecutionStatus | undefined;
  try {
    const { method } = AgentExecutionQueryController;
    before = (await client.call(method.get, { value: executionId }, { signal })).status;
  } catch (error) {
    if (error instanceof StigmerError && error.code === "not-found") return undefined;
    throw error;
  }
  const status = before === undefined ? undefined : abandonedStatus(before, ABANDONED_REASON, new Date());
  if (status === undefined) return undefined;
  await client.call(AgentExecutionCommandController.method.updateStatus, { executionId, status }, { signal });
  log.warn(`Execution ${executionId} was left behind by a runner that ended unexpectedly: it is FAILED now`);
  return status;
}
