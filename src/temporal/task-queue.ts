import type { WorkflowService } from "@temporalio/client";
import { hasEnded, parseIdentity } from "./worker-identity.ts";

/** `TASK_QUEUE_TYPE_ACTIVITY` of Temporal's API. */
const ACTIVITY = 2;
/**
 * Temporal lists the pollers of the last 5 min. A poll lasts at most a minute, so a poller that was last seen longer ago
 * than this has stopped.
 */
const POLLER_ALIVE_MS = 75_000;

/** A poller of a task queue. */
export interface Poller {
  readonly identity: string;
  /** When its last poll began, in ms since the epoch. */
  readonly lastPollAt: number;
}

/** Pollers and load of a task queue according to Temporal. */
export interface TaskQueueState {
  /** Current pollers, without processes of this machine that have ended. */
  readonly pollers: readonly Poller[];
  /** Identities of all who polled in the last 5 min by the server's clock, those that have stopped included. */
  readonly lastPollers: readonly string[];
  /** Whether all partitions of the queue were asked. */
  readonly isComplete: boolean;
  /** Tasks added per second over about 30 s; absent if the server does not count them. */
  readonly addRate?: number;
}

/** What is used of a connection, that of workers or that of clients. */
interface Connected {
  readonly workflowService: WorkflowService;
  withDeadline<T>(deadline: number | Date, work: () => Promise<T>): Promise<T>;
}

export interface TaskQueueName {
  readonly namespace: string;
  readonly taskQueue: string;
}

/** Describes the activity task queue over all its partitions. @throws if Temporal does not answer in time */
export async function describeTaskQueue(
  connection: Connected,
  { namespace, taskQueue }: TaskQueueName,
  timeoutMs: number,
): Promise<TaskQueueState> {
  const service = connection.workflowService;
  return await connection.withDeadline(Date.now() + timeoutMs, async () => {
    const describe = (name: string, reportStats: boolean) =>
      service.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType: ACTIVITY, reportStats });
    const [root, names] = await Promise.all([
      describe(taskQueue, true),
      // If the server or the credentials do not allow it, the root partition lists most pollers.
      service.listTaskQueuePartitions({ namespace, taskQueue: { name: taskQueue } }).then(
        ({ activityTaskQueuePartitions }) => (activityTaskQueuePartitions ?? []).map(({ key }) => key ?? ""),
        () => undefined,
      ),
    ]);
    const others = (names ?? []).filter((name) => name !== "" && name !== taskQueue);
    const rest = await Promise.all(others.map((name) => describe(name, false)));
    const addRate = root.stats?.tasksAddRate;
    const infos = [root, ...rest].flatMap(({ pollers }) => pollers ?? []);
    return {
      pollers: alivePollers(infos),
      lastPollers: infos.map(({ identity }) => identity ?? ""),
      isComplete: names !== undefined,
      ...(addRate === undefined || addRate === null ? {} : { addRate }),
    };
  });
}

interface PollerInfo {
  readonly identity?: string | null;
  readonly lastAccessTime?: { readonly seconds?: { toString(): string } | null } | null;
}

function alivePollers(infos: readonly PollerInfo[]): Poller[] {
  const newest = new Map<string, number>();
  for (const { identity, lastAccessTime } of infos) {
    const at = Number(lastAccessTime?.seconds?.toString() ?? 0) * 1000;
    newest.set(identity ?? "", Math.max(at, newest.get(identity ?? "") ?? 0));
  }
  return [...newest]
    .map(([identity, lastPollAt]) => ({ identity, lastPollAt }))
    .filter(({ identity, lastPollAt }) => Date.now() - lastPollAt < POLLER_ALIVE_MS && !isDead(identity));
}

function isDead(identity: string): boolean {
  const parsed = parseIdentity(identity);
  return parsed !== undefined && hasEnded(parsed);
}
