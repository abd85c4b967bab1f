import type { Lifecycle } from "../cli/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { plural } from "../shared/text.ts";

export interface ExecutionStopDeps {
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
  readonly log: Logger;
}

/** When a stop is requested, stops running executions and those that still arrive. */
export async function stopWithRunner({ lifecycle, executions, log }: ExecutionStopDeps): Promise<void> {
  await lifecycle.whenReached("stopping");
  // The runner has stopped without this state: nothing is running.
  if (lifecycle.state !== "stopping") return;
  if (executions.count > 0) log.warn(`Stopping ${plural(executions.count, "execution")}`);
  executions.stopAll();
}
