import type { Context } from "hono";
import type { AdminDeps } from "../admin-deps.ts";
import { executionJson } from "../execution-json.ts";
import { cursorAfter, executionsQuery } from "./executions-query.ts";

/**
 * `GET /executions`: those that run or wait, and the last ones that ended, the last taken first. The order does not change
 * while an execution runs and ends, so pages neither repeat nor miss one.
 */
export function executions({ executions: registry, lifecycle }: Pick<AdminDeps, "executions" | "lifecycle">) {
  const process = lifecycle.startedAt.getTime().toString(36);
  return (c: Context): Response => {
    const { limit, before, matches } = executionsQuery(new URL(c.req.url).searchParams, process);
    const found = [...registry.list(), ...registry.listEnded()]
      .filter((record) => record.sequence < before && matches(record))
      .sort((one, other) => other.sequence - one.sequence);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const now = Date.now();
    return c.json({
      executions: page.map((record) => executionJson(record, now)),
      nextCursor: found.length > limit && last !== undefined ? cursorAfter(last, process) : null,
      inFlight: registry.count,
      finished: registry.finished,
    });
  };
}
