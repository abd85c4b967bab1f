import type { ExecutionEvent, ExecutionInfo, ExecutionOutcome, ExecutionStage } from "../../src/executions/index.ts";
import { DeferringRegistry } from "../../src/telemetry/metrics/deferring-registry.ts";
import { ExecutionMetrics } from "../../src/telemetry/metrics/execution-metrics.ts";

/** Lets a test fail that makes an update of a metric fail. */
export const raise = (error: unknown) => {
  throw error;
};

const BEGIN = 1_000_000;
/** A time, in seconds after the execution {@link info} was taken. */
export const at = (seconds: number) => new Date(BEGIN + seconds * 1_000);
export const info: ExecutionInfo = {
  id: "aex-1",
  threadId: "thread",
  workflowId: "workflow",
  runId: "run",
  activityId: "1",
  startedAt: at(0),
};
/** What an event of the main agent has. */
export const main = { actor: { kind: "main" } as const };
export const stage = (name: ExecutionStage, seconds: number): ExecutionEvent => ({
  type: "stage",
  stage: name,
  at: at(seconds),
});
/** @returns the lines of the page after executions with these events */
export async function linesAfter(
  events: readonly ExecutionEvent[],
  outcome: ExecutionOutcome = { phase: "completed" },
) {
  const registry = new DeferringRegistry(raise);
  const observation = new ExecutionMetrics(registry).begin(info);
  for (const event of events) observation.event(event);
  observation.end(outcome);
  const page = await registry.metrics();
  return page.split("\n").filter((line) => !line.startsWith("#"));
}
