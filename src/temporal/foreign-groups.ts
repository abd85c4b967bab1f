import { firstNames, plural } from "../shared/text.ts";
import { ForeignGroupError } from "./foreign-group-error.ts";
import { parseIdentity } from "./worker-identity.ts";

/** Names of other runners in an error. */
const SHOWN = 3;

/** Runners that poll the same queue and share sessions with each other, but not with this one. */
export interface ForeignGroup {
  readonly group: string;
  /** `pid@host` of each. */
  readonly runners: readonly string[];
}

/** @param pollers identities of the workers that poll the queue */
export function foreignGroups(pollers: readonly string[], own: string): ForeignGroup[] {
  const groups = new Map<string, string[]>();
  for (const identity of pollers) {
    const parsed = parseIdentity(identity);
    if (parsed === undefined || parsed.group === "" || parsed.group === own) continue;
    groups.set(parsed.group, [...(groups.get(parsed.group) ?? []), `${parsed.pid}@${parsed.host}`]);
  }
  return [...groups].map(([group, runners]) => ({ group, runners: runners.toSorted() }));
}

export interface QueuePollers {
  /** Identities of the workers that poll the queue. @throws when they are not known */
  readonly pollers: () => Promise<readonly string[]>;
  readonly taskQueue: string;
}

/**
 * Makes sure that a runner may join a queue, before it joins its group and polls.
 * @param group the group that it will join; `undefined` when it would found one
 * @throws ForeignGroupError when runners of another group poll the queue
 */
export async function refuseForeignGroups(
  { pollers, taskQueue }: QueuePollers,
  group: string | undefined,
): Promise<void> {
  // When Temporal does not answer, the health check finds out later.
  const foreign = foreignGroups(await pollers().catch(() => []), group ?? "");
  if (foreign.length > 0) throw new ForeignGroupError(describeForeign(foreign, taskQueue));
}

/** What foreign groups mean, for people. */
export function describeForeign(foreign: readonly ForeignGroup[], taskQueue: string): string {
  const runners = foreign.flatMap((one) => one.runners);
  const names = firstNames(runners, SHOWN);
  const verbs = runners.length === 1 ? (["does", "it uses"] as const) : (["do", "they use"] as const);
  return `${plural(runners.length, "runner")} of the task queue ${taskQueue} (${names}) ${verbs[0]} not share sessions with this one: ${verbs[1]} another Redis, another REDIS_DB or another data directory`;
}
