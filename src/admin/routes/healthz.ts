import type { Context } from "hono";
import { type HealthDeps, healthOf } from "./health-state.ts";
import { healthText } from "./health-text.ts";

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
