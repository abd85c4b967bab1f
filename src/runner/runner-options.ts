import type { Lifecycle } from "../cli/index.ts";
import type { Loaded } from "../config/index.ts";
import type { ExecutionObserver } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import type { HealthCheck } from "../shared/health.ts";
import type { SecretMasks } from "../shared/secret-masks.ts";

export interface RunnerOptions {
  readonly loaded: Loaded;
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly masks: SecretMasks;
  /** Is asked to drain and to stop, from the beginning of the start on. */
  readonly lifecycle: Lifecycle;
  /** Checks of what runs beside it in the same process. */
  readonly checks?: readonly HealthCheck[] | undefined;
  /** Told what the executions do. */
  readonly observers?: readonly ExecutionObserver[] | undefined;
}
