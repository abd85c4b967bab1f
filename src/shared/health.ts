/** Something is the matter: `failed` keeps the runner from working, `degraded` needs to be looked at. */
export interface HealthProblem {
  readonly status: "failed" | "degraded";
  readonly reason: string;
}

/** A condition that the runner needs in order to work. */
export interface HealthCheck {
  readonly name: string;
  /**
   * `false`: executions are taken although it fails, since failing with its reason is the best that can be done for them.
   * Absent: none is taken.
   */
  readonly stopsWork?: boolean;
  /** Whether it is only of interest while it finds something. */
  readonly isSilentWhileOk?: boolean;
  /**
   * @param isUrgent whether something has just failed: what was found out before may not be true any more
   * @returns what is wrong, or `undefined`; answers within its own time limit and never throws
   */
  check(isUrgent?: boolean): Promise<HealthProblem | undefined>;
}

/** @param reason why something does not work; absent where it does */
export function failed(reason: string | undefined): HealthProblem | undefined {
  return reason === undefined ? undefined : { status: "failed", reason };
}

export function degraded(reason: string): HealthProblem {
  return { status: "degraded", reason };
}
