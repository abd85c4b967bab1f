import { messageOf } from "../shared/errors.ts";
import { degraded, failed, type HealthCheck, type HealthProblem } from "../shared/health.ts";
import {
  describeForeign,
  FOREIGN_GROUP_REMEDIES,
  type ForeignGroup,
  foreignGroups,
  parseIdentity,
  type QueuePollers,
} from "../temporal/index.ts";

/** Temporal is asked at most this often. */
const EVERY_MS = 20_000;
/** Consecutive requests without an answer after which that is reported. */
const MAX_UNANSWERED = 2;

/**
 * Whether this runner's group must leave the queue to another group. The larger group keeps it; of two equally large
 * groups the older one, whose name sorts first.
 * @param size number of runners in this one's group, including itself
 */
export function mustYield(own: string, size: number, foreign: readonly ForeignGroup[]): boolean {
  return foreign.some(({ group, runners }) => runners.length > size || (runners.length === size && group < own));
}

export interface ReplicaGroupsDeps extends QueuePollers {
  /** This runner's, which may be among the pollers. */
  readonly identity: string;
  readonly group: string;
  /** Whether the runners of one queue must be in one group; if not, other groups are only reported. */
  readonly mustShareSessions: boolean;
  readonly now?: () => number;
}

/**
 * Asks Temporal whether all runners of a queue share their sessions. With two Redis servers, or two databases of one, each
 * would store only part of each conversation, and nobody would notice.
 */
export class ReplicaGroups implements HealthCheck {
  readonly name = "replicas";
  readonly isSilentWhileOk = true;
  readonly #deps: ReplicaGroupsDeps;
  #dueAt = 0;
  #last: HealthProblem | undefined;
  /** Consecutive requests that Temporal did not answer. */
  #unanswered = 0;

  constructor(deps: ReplicaGroupsDeps) {
    this.#deps = deps;
  }

  async check(): Promise<HealthProblem | undefined> {
    const now = (this.#deps.now ?? Date.now)();
    if (now < this.#dueAt) return this.#last;
    this.#dueAt = now + EVERY_MS;
    this.#last = await this.#compare();
    return this.#last;
  }

  async #compare(): Promise<HealthProblem | undefined> {
    const { group, mustShareSessions, taskQueue } = this.#deps;
    let pollers: readonly string[];
    try {
      pollers = await this.#pollers();
      this.#unanswered = 0;
    } catch (error) {
      this.#unanswered++;
      return mustShareSessions && this.#unanswered >= MAX_UNANSWERED
        ? degraded(pollersUnknown(taskQueue, error), ["Allow its credentials to call DescribeTaskQueue."])
        : this.#last;
    }
    const foreign = foreignGroups(pollers, group);
    if (foreign.length === 0) return undefined;
    const size = 1 + pollers.filter((identity) => parseIdentity(identity)?.group === group).length;
    const text = describeForeign(foreign, taskQueue);
    return mustShareSessions && mustYield(group, size, foreign)
      ? failed(text, FOREIGN_GROUP_REMEDIES)
      : degraded(text, mustShareSessions ? FOREIGN_GROUP_REMEDIES : []);
  }

  /** Identities of the other pollers. */
  async #pollers(): Promise<readonly string[]> {
    const { pollers, identity } = this.#deps;
    return (await pollers()).filter((other) => other !== identity);
  }
}

function pollersUnknown(taskQueue: string, error: unknown): string {
  return `whether all runners of the task queue ${taskQueue} share a Redis is unknown: listing its pollers failed: ${messageOf(error)}`;
}
