import type { AdminDeps } from "../admin-deps.ts";
import { readinessOf } from "../readiness.ts";
import { drainState } from "./drain-state.ts";

export type HealthDeps = Pick<AdminDeps, "mode" | "version" | "lifecycle" | "inFlight" | "checks" | "eventLoop">;

/** What `/healthz` answers. Dates are in ISO 8601. */
export type Health = ReturnType<typeof healthOf>;

/** What the last runs of the checks have found. */
export function healthOf(deps: HealthDeps) {
  const { isReady, reasons } = readinessOf(deps);
  const checks = deps.checks();
  const isDegraded = checks.some(({ status }) => status === "degraded");
  const { state, inFlight, deadline } = drainState(deps);
  const { rss, heapUsed } = process.memoryUsage();
  return {
    isReady,
    reasons,
    status: isReady ? (isDegraded ? "degraded" : "ok") : "not ready",
    state,
    mode: deps.mode,
    version: deps.version,
    uptimeSeconds: Math.floor((Date.now() - deps.lifecycle.startedAt.getTime()) / 1000),
    inFlight,
    deadline,
    memory: { rssBytes: rss, heapUsedBytes: heapUsed },
    eventLoopDelay: deps.eventLoop.delay,
    checks,
  };
}
