import type { Context } from "hono";
import type { AdminDeps } from "../admin-deps.ts";
import { drainState } from "./drain-state.ts";

/** `POST /shutdown`: starts to drain, and answers with the state that this led to. */
export function shutdown(deps: Pick<AdminDeps, "lifecycle" | "inFlight">) {
  return (c: Context): Response => {
    deps.lifecycle.requestDrain();
    return c.json(drainState(deps), 202);
  };
}
