import type { AdminDeps } from "../admin-deps.ts";

/** What is still running and until when it may, as JSON shows it. */
export function drainState({ lifecycle, inFlight }: Pick<AdminDeps, "lifecycle" | "inFlight">) {
  const { state, deadline } = lifecycle;
  return { state, inFlight: inFlight(), deadline: deadline?.toISOString() ?? null };
}
