import type { AdminDeps } from "./admin-deps.ts";

/** Whether the runner takes work, and if not, why. */
export interface Readiness {
  readonly isReady: boolean;
  /** Each the start of a sentence: `the runner is draining`, `Temporal: no answer`. */
  readonly reasons: readonly string[];
}

/** A runner is ready while it runs and no check has failed. */
export function readinessOf({ state, checks }: Pick<AdminDeps, "state" | "checks">): Readiness {
  const current = state();
  const reasons = checks().flatMap(({ name, status, reason = "unhealthy" }) =>
    status === "failed" ? [`${name}: ${reason}`] : [],
  );
  if (current !== "running") reasons.unshift(`the runner is ${current}`);
  return { isReady: reasons.length === 0, reasons };
}
