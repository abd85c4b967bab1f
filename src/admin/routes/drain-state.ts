import type { AdminDeps } from "../admin-deps.ts";

/** What is still running and until when it may, as JSON shows it. */
export function drainState({ state, inFlight, deadline }: Pick<AdminDeps, "state" | "inFlight" | "deadline">) {
  return { state: state(), inFlight: inFlight(), deadline: deadline()?.toISOString() ?? null };
}
