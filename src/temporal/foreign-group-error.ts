import { RunnerError } from "../shared/runner-error.ts";

/** What to do about runners of one queue that do not share a Redis. */
export const FOREIGN_GROUP_REMEDIES: readonly string[] = [
  "REDIS_HOST, REDIS_PORT or REDIS_DB of this runner, or of the others, is wrong: compare them with `agent-runner config`.",
  "If you are moving the runners to another Redis: stop all that use the old one, wait a minute, then start them again.",
  "This runner is meant for other work: give it its own task queue with TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE.",
];

/** Runners that poll the same queue do not share a Redis. The message names them. */
export class ForeignGroupError extends RunnerError<"foreign-group"> {
  override readonly name = "ForeignGroupError";
  override readonly headline = "the runners of this task queue do not share a Redis";

  constructor(message: string) {
    super("foreign-group", message, { remedies: FOREIGN_GROUP_REMEDIES });
  }
}
