import type { Context } from "hono";
import { untilAborted } from "../../shared/time.ts";
import type { AdminDeps } from "../admin-deps.ts";
import { AdminError } from "../admin-error.ts";
import type { CallBindings, CallVariables } from "../call-log.ts";
import { executionJson } from "../execution-json.ts";
import { drainState } from "./drain-state.ts";
import { shutdownRequest } from "./shutdown-request.ts";

/** Requests that may wait for the end at a time. */
export const MAX_WAITING = 20;

type ShutdownDeps = Pick<AdminDeps, "lifecycle" | "inFlight" | "executions" | "cancelAll" | "ended">;

/**
 * `POST /shutdown`: starts to drain, and answers with the state that this led to, or with `?wait=true` at the end.
 * `{"mode":"cancel"}` also cancels what runs. A further request never moves the deadline to a later time.
 */
export function shutdown(deps: ShutdownDeps) {
  const { lifecycle, executions } = deps;
  let waiting = 0;
  /** When the first request came; what ended since then is told to those who wait. */
  let since: number | undefined;

  return async (c: Context<{ Variables: CallVariables }>): Promise<Response> => {
    const { mode, wait } = await shutdownRequest(c);
    if (wait && waiting >= MAX_WAITING)
      throw new AdminError(
        "too-many-requests",
        `${MAX_WAITING} requests wait for the end already, and nothing was done: ask without wait`,
      );
    since ??= Date.now();
    lifecycle.requestDrain();
    if (mode === "cancel") {
      deps.cancelAll();
      c.set("effect", "what runs is cancelled");
    }
    if (!wait)
      return c.json({ ...drainState(deps), executions: executions.list().map((record) => executionJson(record)) }, 202);
    c.get("logAccepted")();
    waiting++;
    try {
      (c.env as CallBindings | undefined)?.keepOpen?.();
      // Who has left does not count as waiting any more.
      await untilAborted(deps.ended, c.req.raw.signal).catch(() => undefined);
      return c.json(end(since));
    } finally {
      waiting--;
    }
  };

  /** What ended how since the shutdown began. */
  function end(from: number) {
    const ended = executions.listEnded().filter(({ endedAt }) => endedAt.getTime() >= from);
    return {
      state: "stopped",
      inFlight: executions.count,
      ended: ended.map((record) => executionJson(record)),
      unfinished: executions.list().map((record) => executionJson(record)),
    };
  }
}
