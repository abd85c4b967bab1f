import type { AgentEvent, AgentRun } from "../agent/index.ts";
import type { BudgetConfig, ModelConfig } from "../config/index.ts";
import type { ExecutionObservers, ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import type { Journal } from "../recovery/index.ts";
import type { SandboxProvider } from "../sandbox/index.ts";
import type { SecretMasks } from "../shared/secret-masks.ts";
import type { Semaphore } from "../shared/semaphore.ts";
import type { Skills } from "../skills/index.ts";
import type { LiveStatuses, StatusSink, Streaming } from "../status/index.ts";
import type { StigmerClient } from "../stigmer/index.ts";
import type { Workflows } from "../temporal/index.ts";
import type { ThreadStore } from "../threads/index.ts";

/** Decides whether executions may run here at the moment, and learns from how they end. */
interface ExecutionAdmission {
  /** Waits while none may run, up to a limit. @throws the signal's reason, if it aborts first */
  waitUntilAllowed(signal: AbortSignal): Promise<void>;
  /** The infrastructure worked for an execution. */
  worked(): void;
  /** An execution failed because of the infrastructure. */
  failed(reason: string): void;
}

/** What the activities need. */
export interface ExecutionDeps {
  readonly executions: ExecutionRegistry;
  readonly observers: ExecutionObservers;
  /** The id of the trace of an execution whose workflow has none; `undefined` if no traces are recorded. */
  readonly newTraceId: () => string | undefined;
  readonly admission: ExecutionAdmission;
  /** Limits how many executions run at once. */
  readonly semaphore: Semaphore;
  readonly client: StigmerClient;
  readonly workflows: Pick<Workflows, "describe">;
  readonly journal: Pick<Journal, "begin" | "end">;
  readonly sandboxes: SandboxProvider;
  readonly skills: Skills;
  readonly threads: ThreadStore;
  readonly sinks: readonly StatusSink[];
  /** Where the statuses of running executions can be read. */
  readonly live?: LiveStatuses | undefined;
  readonly model: ModelConfig;
  readonly budget: BudgetConfig;
  readonly streaming: Streaming;
  readonly masks: SecretMasks;
  readonly log: Logger;
  /** Loads the agent library when it is first called. */
  readonly loadAgent: () => Promise<(run: AgentRun) => AsyncIterable<AgentEvent>>;
}
