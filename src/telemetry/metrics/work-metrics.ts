import { Counter, type Registry } from "prom-client";
import type { Measures } from "../../shared/measures.ts";

/** Counts what parts of the runner report themselves. */
export function workMetrics(registry: Registry): Measures {
  const registers = [registry];
  const redisEvents = new Counter({
    name: "agent_runner_redis_events_total",
    help: "Status events for Redis: published, or dropped because Redis did not take them.",
    labelNames: ["result"],
    registers,
  });
  const masking = new Counter({
    name: "agent_runner_masking_seconds_total",
    help: "Time spent on finding secrets in texts.",
    registers,
  });
  for (const result of ["published", "dropped"]) redisEvents.inc({ result }, 0);
  return {
    redisEvent: (result) => redisEvents.inc({ result }),
    masked: (milliseconds) => masking.inc(milliseconds / 1_000),
  };
}
