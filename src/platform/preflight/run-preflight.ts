import { failedBy, type HealthProblem } from "../../shared/health.ts";
import { openWithin, type Requirement } from "./requirement.ts";

/** A requirement whose value is a problem that does not keep it from working, such as a disk that is nearly full. */
export type CheckedRequirement = Requirement<HealthProblem | undefined>;

export interface PreflightResult {
  /** What was checked, such as `Redis`. */
  readonly name: string;
  /** What is wrong, with what to do; absent when it can be used. */
  readonly problem?: HealthProblem;
  /** How long the check took, in ms. */
  readonly latencyMs: number;
}

/**
 * Checks all requirements at the same time, each within its own limit, and closes what was opened.
 * @param onResult called with each result as soon as it is known
 * @returns the results in the order of the requirements; never throws
 */
export async function runPreflight(
  requirements: readonly CheckedRequirement[],
  onResult: (result: PreflightResult) => void = () => undefined,
): Promise<readonly PreflightResult[]> {
  return await Promise.all(
    requirements.map(async (requirement) => {
      const startedAt = performance.now();
      const problem = await check(requirement);
      const latencyMs = Math.round(performance.now() - startedAt);
      const result = { name: requirement.name, latencyMs, ...(problem === undefined ? {} : { problem }) };
      onResult(result);
      return result;
    }),
  );
}

async function check(requirement: CheckedRequirement): Promise<HealthProblem | undefined> {
  try {
    const { value, close } = await openWithin(requirement);
    close();
    return value;
  } catch (error) {
    return failedBy(error);
  }
}
