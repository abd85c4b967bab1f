import type { Context } from "hono";
import type { AdminDeps } from "../admin-deps.ts";
import { drainState } from "./drain-state.ts";

/** `POST /shutdown`: starts to drain, and answers with the state that this led to. */
export function shutdown(deps: Pick<AdminDeps, "drain" | "state" | "inFlight" | "deadline">) {
  return (c: Context): Response => {
    deps.drain();
    return c.json(drainState(deps), 202);
  };
}
