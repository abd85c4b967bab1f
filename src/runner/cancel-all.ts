import type { Lifecycle } from "../cli/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { plural } from "../shared/text.ts";
import { humanDuration } from "../shared/time.ts";
import { STOP_LIMIT_MS } from "./limits.ts";

export interface CancelAllDeps {
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
  readonly log: Logger;
}

/** Drains, and ends each execution as CANCELLED. One that does not end soon is stopped like at the end of a drain. */
export function cancelAll({ lifecycle, executions, log }: CancelAllDeps): void {
  lifecycle.requestDrain();
  lifecycle.limitDrain(STOP_LIMIT_MS);
  if (executions.count > 0)
    log.warn(
      `Cancelling ${plural(executions.count, "execution")}, as an operator asked; what still runs in ${humanDuration(STOP_LIMIT_MS)} is stopped`,
    );
  executions.cancelAll();
}
