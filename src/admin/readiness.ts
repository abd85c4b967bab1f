import { withRemedies } from "../shared/runner-error.ts";
import type { AdminDeps } from "./admin-deps.ts";

/** Whether the runner takes work, and if not, why. */
export interface Readiness {
  readonly isReady: boolean;
  /** Each the start of a sentence: `the runner is draining`, `Temporal: no answer`. */
  readonly reasons: readonly string[];
}

/** A runner is ready while it runs and no check has failed. */
export function readinessOf({ lifecycle, checks }: Pick<AdminDeps, "lifecycle" | "checks">): Readiness {
  const { state } = lifecycle;
  const reasons = checks().flatMap(({ name, status, reason = "unhealthy", remedies = [] }) =>
    status === "failed" ? [`${name}: ${withRemedies(reason, remedies)}`] : [],
  );
  if (state !== "running") reasons.unshift(`the runner is ${state}`);
  return { isReady: reasons.length === 0, reasons };
}
