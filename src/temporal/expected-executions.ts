import type { ActivityInterceptorsFactory } from "@temporalio/worker";

/** How long an execution may wait in the queue according to the server's workflow, plus a margin. */
const EXPECTED_MS = 65_000;

/**
 * Knows the executions that are about to be dispatched. A workflow calls the announcing activity first and the
 * execution's activity right after it. An execution is expected between the two, up to a time limit.
 */
export class ExpectedExecutions {
  readonly #announcer: string;
  /** When each workflow run's execution was announced, in ms since the epoch. */
  readonly #announced = new Map<string, number>();

  /** @param announcer the activity type that workflows call before each execution */
  constructor(announcer: string) {
    this.#announcer = announcer;
  }

  get count(): number {
    const limit = Date.now() - EXPECTED_MS;
    for (const [id, at] of this.#announced) if (at < limit) this.#announced.delete(id);
    return this.#announced.size;
  }

  /** Observes activities as they start. */
  readonly interceptor: ActivityInterceptorsFactory = ({ info }) => ({
    inbound: {
      execute: async (input, next) => {
        const id = `${info.workflowExecution?.workflowId} ${info.workflowExecution?.runId}`;
        if (info.activityType !== this.#announcer) this.#announced.delete(id);
        const result = await next(input);
        if (info.activityType === this.#announcer) this.#announced.set(id, Date.now());
        return result;
      },
    },
  });
}
