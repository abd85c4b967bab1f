import { messageOf } from "../shared/errors.ts";
import { degraded, failed, type HealthCheck, type HealthProblem } from "../shared/health.ts";
import { plural } from "../shared/text.ts";
import { parseIdentity } from "../temporal/index.ts";
import { UNSHARED_REMEDIES, UnsharedQueueError } from "./unshared-queue-error.ts";

/** Temporal is asked no more often than this. */
const EVERY_MS = 20_000;
/** Looks in a row without an answer after which it is told. */
const MAX_UNANSWERED = 2;

/** Runners that poll the same queue and share their sessions with each other, but not with this one. */
export interface ForeignGroup {
  readonly group: string;
  /** `pid@host` of each. */
  readonly runners: readonly string[];
}

/** @param pollers identities of those who poll the queue */
export function foreignGroups(pollers: readonly string[], own: string): ForeignGroup[] {
  const groups = new Map<string, string[]>();
  for (const identity of pollers) {
    const parsed = parseIdentity(identity);
    if (parsed === undefined || parsed.group === "" || parsed.group === own) continue;
    groups.set(parsed.group, [...(groups.get(parsed.group) ?? []), `${parsed.pid}@${parsed.host}`]);
  }
  return [...groups].map(([group, runners]) => ({ group, runners: runners.toSorted() }));
}

/**
 * Whether this runner's group has to leave the queue to the others: most runners are right, and of two groups that are
 * as large the one that was there first. A name that is younger sorts later.
 * @param size runners of this one's own group, itself included
 */
export function mustYield(own: string, size: number, foreign: readonly ForeignGroup[]): boolean {
  return foreign.some(({ group, runners }) => runners.length > size || (runners.length === size && group < own));
}

export interface QueuePollers {
  /** Identities of those who poll the queue. @throws where that is not known */
  readonly pollers: () => Promise<readonly string[]>;
  readonly taskQueue: string;
}

/**
 * Makes sure that a runner may join a queue, before it joins its group and polls.
 * @param group the group that it will join; `undefined` when it would found one
 * @throws UnsharedQueueError when runners of another group poll the queue
 */
export async function checkQueueIsShared(
  { pollers, taskQueue }: QueuePollers,
  group: string | undefined,
): Promise<void> {
  // When Temporal does not answer, the health check finds out later.
  const foreign = foreignGroups(await pollers().catch(() => []), group ?? "");
  if (foreign.length > 0) throw new UnsharedQueueError(describe(foreign, taskQueue));
}

export interface ReplicaGroupsDeps extends QueuePollers {
  /** This runner's, which may be among the pollers. */
  readonly identity: string;
  readonly group: string;
  /** Whether runners of one queue have to share what the group stands for; else it is only told. */
  readonly mustShare: boolean;
  readonly now?: () => number;
}

/**
 * Finds out through Temporal whether all runners of a queue share their sessions: with two Redis, or two databases of one,
 * each would know half of what was said, and none would notice.
 */
export class ReplicaGroups implements HealthCheck {
  readonly name = "replicas";
  readonly isSilentWhileOk = true;
  readonly #deps: ReplicaGroupsDeps;
  #dueAt = 0;
  #last: HealthProblem | undefined;
  /** Looks in a row that Temporal did not answer. */
  #unanswered = 0;

  constructor(deps: ReplicaGroupsDeps) {
    this.#deps = deps;
  }

  async check(): Promise<HealthProblem | undefined> {
    const now = (this.#deps.now ?? Date.now)();
    if (now < this.#dueAt) return this.#last;
    this.#dueAt = now + EVERY_MS;
    this.#last = await this.#look();
    return this.#last;
  }

  async #look(): Promise<HealthProblem | undefined> {
    const { group, mustShare, taskQueue } = this.#deps;
    let pollers: readonly string[];
    try {
      pollers = await this.#pollers();
      this.#unanswered = 0;
    } catch (error) {
      this.#unanswered++;
      return mustShare && this.#unanswered >= MAX_UNANSWERED
        ? degraded(unknown(taskQueue, error), ["Allow its credentials to call DescribeTaskQueue."])
        : this.#last;
    }
    const foreign = foreignGroups(pollers, group);
    if (foreign.length === 0) return undefined;
    const size = 1 + pollers.filter((identity) => parseIdentity(identity)?.group === group).length;
    const text = describe(foreign, taskQueue);
    return mustShare && mustYield(group, size, foreign)
      ? failed(text, UNSHARED_REMEDIES)
      : degraded(text, mustShare ? UNSHARED_REMEDIES : []);
  }

  /** Those of others. */
  async #pollers(): Promise<readonly string[]> {
    const { pollers, identity } = this.#deps;
    return (await pollers()).filter((other) => other !== identity);
  }
}

function unknown(taskQueue: string, error: unknown): string {
  return `whether all runners of the task queue ${taskQueue} share a Redis is not known, since Temporal does not tell who polls it: ${messageOf(error)}`;
}

function describe(foreign: readonly ForeignGroup[], taskQueue: string): string {
  const runners = foreign.flatMap((one) => one.runners);
  return `${plural(runners.length, "runner")} of the task queue ${taskQueue} (${runners.slice(0, 3).join(", ")}${runners.length > 3 ? ", …" : ""}) ${runners.length === 1 ? "does" : "do"} not share sessions with this one: another Redis or REDIS_DB, or another data directory`;
}
