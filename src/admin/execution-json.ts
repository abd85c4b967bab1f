import type { ActiveExecution, EndedExecution, ExecutionStage } from "../executions/index.ts";

/** An execution in the registry. */
export type ExecutionRecord = ActiveExecution | EndedExecution;

/** Before these are over, an execution is PENDING. */
const PENDING: ReadonlySet<ExecutionStage> = new Set([
  "waiting-for-admission",
  "waiting-for-thread",
  "waiting-for-slot",
]);

/** An execution as the admin API shows it: times in ISO 8601, durations in ms. */
export function executionJson(record: ExecutionRecord, now = Date.now()) {
  const { id, sessionId, threadId, workflowId, runId, activityId, startedAt } = record;
  const { agentName, model, sandbox, usage, lastUpdate, stopReason } = record;
  const since = (date: Date) => Math.max(now - date.getTime(), 0);
  const progress =
    record.state === "active"
      ? {
          stage: record.stage,
          stageSince: record.stageSince,
          stageMs: since(record.stageSince),
          durationMs: since(startedAt),
          tools: record.tools.map((tool) => ({ ...tool, durationMs: since(tool.startedAt) })),
        }
      : {
          outcome: record.outcome.phase,
          reason: record.outcome.phase === "completed" ? null : record.outcome.reason,
          endedAt: record.endedAt,
          durationMs: record.durationMs,
        };
  return {
    id,
    sessionId: sessionId ?? null,
    agent: agentName ?? null,
    model: model ?? null,
    state: record.state,
    phase: phaseOf(record),
    startedAt,
    ...progress,
    stop: stopReason === undefined ? null : { code: stopReason.code, reason: stopReason.message },
    usage,
    lastUpdate: lastUpdate ?? null,
    sandboxKind: sandbox?.kind ?? null,
    sandboxId: sandbox?.id ?? null,
    threadId,
    workflowId,
    runId,
    activityId,
  };
}

function phaseOf(record: ExecutionRecord): string {
  if (record.state === "ended") return record.outcome.phase;
  return PENDING.has(record.stage) ? "pending" : "in-progress";
}
