import type { TemporalConfig } from "../../config/index.ts";
import { type Check, type CheckResult, checkOf, passed, refusedBy, skipped, warned } from "../../shared/check.ts";
import { messageOf } from "../../shared/errors.ts";
import { firstNames, plural } from "../../shared/text.ts";
import { humanDuration } from "../../shared/time.ts";
import {
  type Poller,
  parseIdentity,
  queuePollers,
  refuseForeignGroups,
  TemporalError,
} from "../../temporal/client/index.ts";

const LIMIT_MS = 2_000;
const SHOWN = 3;

/**
 * The group of runners that a runner would join; `undefined` when there is none yet.
 * @throws if that is not known
 */
export type FindGroup = () => Promise<string | undefined>;

/**
 * Who polls the task queue. Where runners of one queue must share their sessions, those of another group have failed the
 * check, as they would the start.
 * @param findGroup absent where runners need not share anything
 */
export function queueCheck(config: TemporalConfig | undefined, findGroup?: FindGroup): Check {
  const about = { id: "temporal.queue", area: "Temporal", title: "task queue" };
  return checkOf(about, config, async (temporal) => {
    const { taskQueue } = temporal;
    const asking = queuePollers(temporal, LIMIT_MS);
    // Both are asked at the same time; what fails is looked at below.
    const group = findGroup?.().then(
      (name) => ({ name }),
      () => undefined,
    );
    let pollers: readonly Poller[];
    try {
      pollers = await asking;
    } catch (error) {
      return unanswered(error);
    }
    const shown = `${taskQueue}: ${pollersText(pollers)}`;
    const found = await group;
    if (findGroup === undefined) return passed(shown);
    if (found === undefined) return skipped(`${shown}; whether its runners share this Redis cannot be asked`);
    const identities = pollers.map(({ identity }) => identity);
    try {
      await refuseForeignGroups({ taskQueue, pollers: async () => identities }, found.name);
      return passed(shown);
    } catch (error) {
      return refusedBy(error);
    }
  });
}

function unanswered(error: unknown): CheckResult {
  if (error instanceof TemporalError && error.code !== "unauthorized") return skipped("Temporal cannot be asked");
  return warned(`its pollers are not known: ${messageOf(error)}`, ["Allow the credentials to call DescribeTaskQueue."]);
}

/** `2 workers poll it (12@a 3.0 s ago, 7@b 8.0 s ago)`: when each one asked for the last time. */
function pollersText(pollers: readonly Poller[]): string {
  if (pollers.length === 0) return "nobody polls it";
  const newest = pollers.toSorted((one, other) => other.lastPollAt - one.lastPollAt);
  const names = newest.map(({ identity, lastPollAt }) => {
    const runner = parseIdentity(identity);
    const name = runner === undefined ? `${identity} (no agent-runner)` : `${runner.pid}@${runner.host}`;
    return `${name} ${humanDuration(Math.max(Date.now() - lastPollAt, 0))} ago`;
  });
  const verb = pollers.length === 1 ? "polls" : "poll";
  return `${plural(pollers.length, "worker")} ${verb} it (${firstNames(names, SHOWN)})`;
}
