import type { ActivityInterceptorsFactory } from "@temporalio/worker";

/** How long an execution can wait in the queue, by the contract with the server's workflow; some room on top. */
const EXPECTED_MS = 65_000;

/**
 * Knows of the executions that are about to be handed out: a workflow calls the announcing activity first, and the
 * execution's own right after it. Each is expected from the one until the other arrives here, or its time is over.
 */
export class ExpectedExecutions {
  readonly #announcer: string;
  /** When each workflow's execution was announced, in ms since the epoch. */
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

  /** Watches the activities as they arrive. */
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
