import type { Lifecycle } from "../cli/index.ts";
import type { EnvMap, Loaded } from "../config/index.ts";
import type { ExecutionObserver } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import type { HealthCheck } from "../shared/health.ts";
import type { SecretMasks } from "../shared/secret-masks.ts";

export interface RunnerOptions {
  readonly loaded: Loaded;
  /** The environment of the process. */
  readonly env: EnvMap;
  readonly log: Logger;
  readonly masks: SecretMasks;
  /** Ends the runner, at any moment of the start and afterwards. */
  readonly lifecycle: Lifecycle;
  /** Health checks of other parts of the process. */
  readonly checks?: readonly HealthCheck[] | undefined;
  /** Notified of what executions do. */
  readonly observers?: readonly ExecutionObserver[] | undefined;
}
