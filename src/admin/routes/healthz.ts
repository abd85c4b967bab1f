import type { Context } from "hono";
import type { AdminDeps } from "../admin-deps.ts";
import { readinessOf } from "../readiness.ts";
import { drainState } from "./drain-state.ts";
import { healthText } from "./health-text.ts";

type HealthDeps = Pick<AdminDeps, "mode" | "version" | "lifecycle" | "inFlight" | "checks" | "eventLoop">;

/** What `/healthz` answers. Dates are in ISO 8601. */
export type Health = ReturnType<typeof healthOf>;

/**
 * `GET /healthz`: state, version and every check, for people and for monitoring; 503 if the runner is not ready. It only
 * reads what the last runs of the checks have found. With `?verbose` as text.
 */
export function healthz(deps: HealthDeps) {
  return (c: Context): Response => {
    const health = healthOf(deps);
    const status = health.isReady ? 200 : 503;
    if (c.req.query("verbose") !== undefined) return c.text(healthText(health), status);
    const { isReady: _, reasons: __, ...body } = health;
    return c.json(body, status);
  };
}

function healthOf(deps: HealthDeps) {
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
