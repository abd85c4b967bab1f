import { humanDuration } from "../shared/time.ts";
import { isPending } from "./execution-phase.ts";
import type { ExecutionService } from "./executions.ts";
import type { LiveExecutions } from "./live-executions.ts";

interface WatchLimits {
  readonly intervalMs: number;
  /** How long an execution may wait for its runner while the data directory cannot be used. */
  readonly maxPendingMs: number;
  /** Longer than the workflow's run timeout: nothing else will end the execution. */
  readonly maxRunningMs: number;
}

const DEFAULT_LIMITS: WatchLimits = { intervalMs: 5_000, maxPendingMs: 60_000, maxRunningMs: 11 * 60_000 };

export interface ExecutionWatchDeps {
  readonly live: LiveExecutions;
  readonly executions: ExecutionService;
  /** The problem of the data directory; undefined if there is none. */
  readonly problem: () => Promise<string | undefined>;
  readonly limits?: WatchLimits | undefined;
}

/**
 * Ensures that no client waits for ever: retries failed saves, and ends executions that nothing else will end.
 * @returns the function that stops it after a last attempt to save
 */
export function watchExecutions({ live, executions, problem, ...options }: ExecutionWatchDeps): () => void {
  const { intervalMs, maxPendingMs, maxRunningMs } = options.limits ?? DEFAULT_LIMITS;
  const round = async () => {
    live.flush();
    const now = Date.now();
    const running = live.running();
    const reason = running.some(({ execution }) => isPending(execution)) ? await problem() : undefined;
    for (const { execution, since } of running) {
      const id = execution.metadata?.id ?? "";
      const age = now - since;
      if (age > maxRunningMs) executions.fail(id, `The execution did not end within ${humanDuration(maxRunningMs)}.`);
      else if (reason !== undefined && isPending(execution) && age > maxPendingMs)
        executions.fail(id, `The execution was not begun: ${reason}`);
    }
  };
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void round().finally(() => {
      isBusy = false;
    });
  }, intervalMs);
  return () => {
    clearInterval(timer);
    live.flush();
  };
}
