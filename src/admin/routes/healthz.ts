import type { Context } from "hono";
import type { AdminDeps } from "../admin-deps.ts";
import { readinessOf } from "../readiness.ts";
import { drainState } from "./drain-state.ts";

type HealthDeps = Pick<AdminDeps, "mode" | "version" | "lifecycle" | "inFlight" | "checks">;

/** `GET /healthz`: state, version and every check, for people; 503 if the runner is not ready. */
export function healthz(deps: HealthDeps) {
  return (c: Context): Response => {
    const { isReady } = readinessOf(deps);
    const checks = deps.checks();
    const isDegraded = checks.some(({ status }) => status === "degraded");
    const { state, inFlight, deadline } = drainState(deps);
    const body = {
      status: isReady ? (isDegraded ? "degraded" : "ok") : "not ready",
      state,
      mode: deps.mode,
      version: deps.version,
      uptimeSeconds: Math.floor((Date.now() - deps.lifecycle.startedAt.getTime()) / 1000),
      inFlight,
      deadline,
      checks,
    };
    return c.json(body, isReady ? 200 : 503);
  };
}
