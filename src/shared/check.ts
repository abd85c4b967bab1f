import { messageOf } from "./errors.ts";
import { type HealthProblem, remediesOf } from "./health.ts";

/** `warning` needs attention but does not keep the runner from working; `skipped` could not be asked. */
export type CheckStatus = "ok" | "warning" | "failed" | "skipped";

export interface CheckResult {
  readonly status: CheckStatus;
  /** What was found, for people. */
  readonly detail: string;
  /** What a person can do about it, each a sentence. */
  readonly remedies: readonly string[];
}

/** A question about the machine, the configuration or a server, which `agent-runner doctor` asks. It changes nothing. */
export interface Check {
  /** Stable, for machines: `redis.memory`. */
  readonly id: string;
  /** Stable, for machines: what belongs together. */
  readonly area: string;
  /** For people. */
  readonly title: string;
  /** @param signal aborts when nobody waits for the answer any more @throws any error, which then counts as failed */
  run(signal: AbortSignal): Promise<CheckResult>;
}

/**
 * A check of what a part of the configuration names.
 * @param part absent if its settings are not valid, which is reported elsewhere: the check is skipped
 */
export function checkOf<P>(
  about: Pick<Check, "id" | "area" | "title">,
  part: P | undefined,
  run: (part: P, signal: AbortSignal) => Promise<CheckResult>,
): Check {
  return {
    ...about,
    run: async (signal) =>
      part === undefined ? skipped("its settings are missing or not valid") : await run(part, signal),
  };
}

export function passed(detail: string): CheckResult {
  return { status: "ok", detail, remedies: [] };
}

export function warned(detail: string, remedies: readonly string[] = []): CheckResult {
  return { status: "warning", detail, remedies };
}

export function refused(detail: string, remedies: readonly string[] = []): CheckResult {
  return { status: "failed", detail, remedies };
}

export function skipped(detail: string): CheckResult {
  return { status: "skipped", detail, remedies: [] };
}

/** An error as a failed check, with its remedies. */
export function refusedBy(error: unknown): CheckResult {
  return refused(messageOf(error), remediesOf(error));
}

/** A problem as health checks know it; without one, the check is passed. */
export function resultOf(problem: HealthProblem | undefined, detail: string): CheckResult {
  if (problem === undefined) return passed(detail);
  return (problem.status === "failed" ? refused : warned)(problem.reason, problem.remedies);
}
