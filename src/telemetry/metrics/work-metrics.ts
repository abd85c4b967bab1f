import type { Measures } from "../../shared/measures.ts";
import { WAIT_SECONDS } from "./buckets.ts";
import { countable } from "./countable.ts";
import type { DeferringRegistry } from "./deferring-registry.ts";
import { Counter, Gauge, Histogram, type Registry } from "./prometheus.ts";

/** States of Daytona's sandboxes with series of their own; the rest are transitions and failures of builds. */
const GROUP_STATES = ["started", "stopped", "archived", "error"] as const;
/** A replica of the group looks every half hour. What is older than this was replaced by the look of another one. */
const LOOK_LASTS_MS = 40 * 60_000;

/** Counts what parts of the runner report themselves. */
export function workMetrics(registry: DeferringRegistry, now: () => number = () => performance.now()): Measures {
  const redisEvents = new Counter({
    registers: [registry],
    name: "agent_runner_redis_events_total",
    help: "Status events for Redis: published, or dropped because Redis did not take them.",
    labelNames: ["result"],
  });
  const masking = new Counter({
    registers: [registry],
    name: "agent_runner_masking_seconds_total",
    help: "Time spent on finding secrets in texts.",
  });
  const sandboxLocks = new Histogram({
    registers: [registry],
    name: "agent_runner_sandbox_lock_wait_seconds",
    help: "Time that executions waited for the lock of their session's sandbox, in cloud mode.",
    buckets: WAIT_SECONDS,
  });
  const orphans = new Counter({
    registers: [registry],
    name: "agent_runner_orphaned_sandboxes_deleted_total",
    help: "Sandboxes that nothing needed and that this runner deleted.",
  });
  const setStates = groupSandboxes(registry, now);
  for (const result of ["published", "dropped"]) redisEvents.inc({ result }, 0);
  return {
    redisEvent: (result) => registry.defer(() => redisEvents.inc({ result })),
    masked: (milliseconds) => registry.defer(() => masking.inc(countable(milliseconds / 1_000))),
    sandboxLockWaited: (milliseconds) => registry.defer(() => sandboxLocks.observe(milliseconds / 1_000)),
    sandboxesListed: setStates,
    orphanDeleted: () => orphans.inc(),
  };
}

/** @returns the function that takes the states of all sandboxes */
function groupSandboxes(registry: Registry, now: () => number): (states: readonly string[]) => void {
  const counts = new Map<string, number>();
  let listedAt = now();
  new Gauge({
    name: "agent_runner_group_sandboxes",
    help: "Sandboxes of all replicas at Daytona, by state, on the replica that looked for orphans last; 0 on the others.",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      if (now() - listedAt > LOOK_LASTS_MS) counts.clear();
      for (const state of [...GROUP_STATES, "other"]) this.set({ state }, counts.get(state) ?? 0);
    },
  });
  return (states) => {
    listedAt = now();
    counts.clear();
    for (const state of states) {
      const known = GROUP_STATES.find((each) => each === state) ?? "other";
      counts.set(known, (counts.get(known) ?? 0) + 1);
    }
  };
}
