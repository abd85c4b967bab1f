import type { Config } from "../config/index.ts";
import { CLOSE_LIMIT_MS, SHUTDOWN_LIMIT_MS, STOP_LIMIT_MS } from "./limits.ts";

/** The longest that a runner needs after its drain: stopped executions end, the worker leaves, connections are closed. */
export const AFTER_DRAIN_MS = STOP_LIMIT_MS + SHUTDOWN_LIMIT_MS + CLOSE_LIMIT_MS;

/** Warns if whoever stops this process kills it before a drain has ended. */
export function graceWarnings({
  drainTimeoutMs,
  terminationGraceMs,
}: Pick<Config, "drainTimeoutMs" | "terminationGraceMs">): string[] {
  if (terminationGraceMs === undefined || drainTimeoutMs + AFTER_DRAIN_MS <= terminationGraceMs) return [];
  const [drain, grace, after] = [drainTimeoutMs, terminationGraceMs, AFTER_DRAIN_MS].map((ms) => ms / 1000);
  const fitting = terminationGraceMs - AFTER_DRAIN_MS;
  const lower = fitting > 0 ? `, or DRAIN_TIMEOUT to at most ${fitting / 1000}` : "";
  return [
    `A drain does not fit into the time to stop: DRAIN_TIMEOUT is ${drain} s, and stopping takes up to ${after} s more, but POD_TERMINATION_GRACE_SECONDS is ${grace} s. ` +
      `The runner may be killed before its executions report their end. Raise terminationGracePeriodSeconds and POD_TERMINATION_GRACE_SECONDS to at least ${(drain ?? 0) + (after ?? 0)}${lower}`,
  ];
}
