import type { Context } from "hono";
import type { AdminDeps } from "../admin-deps.ts";
import { readinessOf } from "../readiness.ts";

/** `GET /readyz`: whether the runner takes work; 503 with the reasons if not. */
export function readyz(deps: Pick<AdminDeps, "lifecycle" | "checks">) {
  return (c: Context): Response => {
    const { isReady, reasons } = readinessOf(deps);
    return c.json({ status: isReady ? "ok" : "not ready", reasons }, isReady ? 200 : 503);
  };
}
