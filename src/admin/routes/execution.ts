import type { Context } from "hono";
import { MAX_ENDED } from "../../executions/index.ts";
import type { AdminDeps } from "../admin-deps.ts";
import { AdminError } from "../admin-error.ts";
import { type ExecutionRecord, executionJson } from "../execution-json.ts";

/** Longest id that an error repeats, in characters. */
const MAX_SHOWN = 100;

type ExecutionDeps = Pick<AdminDeps, "executions">;

/** `GET /executions/{id}`. */
export function execution({ executions }: ExecutionDeps) {
  return (c: Context): Response => c.json(executionJson(known(executions, c.req.param("id") ?? "")));
}

/** `POST /executions/{id}/cancel`: ends it as CANCELLED, as if its user had cancelled it. */
export function cancelExecution({ executions }: ExecutionDeps) {
  return (c: Context): Response => {
    const id = c.req.param("id") ?? "";
    const record = known(executions, id);
    if (record.state === "ended") throw conflict(record, `has ended already: ${endOf(record)}`);
    const { stopReason } = record;
    if (stopReason !== undefined && stopReason.code !== "cancelled")
      throw conflict(record, `is being stopped already: ${stopReason.message}`);
    if (!executions.cancel(id) && stopReason === undefined)
      throw conflict(record, "is ending already: its last status is being delivered");
    return c.json(executionJson(known(executions, id)), 202);
  };
}

/** @throws AdminError if the runner does not know it */
function known(executions: ExecutionDeps["executions"], id: string): ExecutionRecord {
  const record = executions.get(id);
  if (record !== undefined) return record;
  const shown = id.length > MAX_SHOWN ? `${id.slice(0, MAX_SHOWN)}…` : id;
  throw new AdminError(
    "not-found",
    `This runner knows no execution ${JSON.stringify(shown)}: it runs at another runner, is still in the queue, or ended before the last ${MAX_ENDED} that ended here`,
  );
}

function endOf(record: Extract<ExecutionRecord, { state: "ended" }>): string {
  const { outcome } = record;
  return outcome.phase === "completed"
    ? "it completed"
    : `it ${outcome.phase === "failed" ? "failed" : "was cancelled"}: ${outcome.reason}`;
}

function conflict({ id }: ExecutionRecord, what: string): AdminError {
  return new AdminError("conflict", `The execution ${id} ${what}`);
}
