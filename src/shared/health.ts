import { messageOf } from "./errors.ts";
import { RunnerError } from "./runner-error.ts";

/** What is wrong: `failed` keeps the runner from working, `degraded` needs attention. */
export interface HealthProblem {
  readonly status: "failed" | "degraded";
  readonly reason: string;
  /** What a person can do about it, each a sentence; absent when that is not known. */
  readonly remedies?: readonly string[];
}

/** A condition that the runner needs in order to work. */
export interface HealthCheck {
  readonly name: string;
  /** `false`: executions are accepted while it fails, and each fails with the reason. Absent: none is accepted. */
  readonly stopsWork?: boolean;
  /** Whether it is listed only while it finds a problem. */
  readonly isSilentWhileOk?: boolean;
  /**
   * @param isUrgent whether something has just failed, so that an earlier result may be outdated
   * @returns what is wrong, or `undefined`; answers within its own time limit and never throws
   */
  check(isUrgent?: boolean): Promise<HealthProblem | undefined>;
}

export function failed(reason: string, remedies: readonly string[] = []): HealthProblem {
  return problem("failed", reason, remedies);
}

export function degraded(reason: string, remedies: readonly string[] = []): HealthProblem {
  return problem("degraded", reason, remedies);
}

/** An error as a problem, with its remedies. */
export function failedBy(error: unknown): HealthProblem {
  return failed(messageOf(error), remediesOf(error));
}

/** As {@link failedBy}. */
export function degradedBy(error: unknown): HealthProblem {
  return degraded(messageOf(error), remediesOf(error));
}

function problem(status: HealthProblem["status"], reason: string, remedies: readonly string[]): HealthProblem {
  return { status, reason, ...(remedies.length === 0 ? {} : { remedies }) };
}

/** What to do about an error; empty when that is not known. */
export function remediesOf(error: unknown): readonly string[] {
  return error instanceof RunnerError ? error.remedies : [];
}
