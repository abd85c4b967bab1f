import type { AgentCall, AgentEvent, ModelChoice } from "../agent/index.ts";
import type { TraceParent } from "../shared/trace-parent.ts";
import type { ExecutionOutcome } from "./outcome.ts";

/** What is known of an execution when the runner takes it. */
export interface ExecutionInfo {
  readonly id: string;
  /** Absent for an execution without a session. */
  readonly sessionId?: string | undefined;
  readonly threadId: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  readonly startedAt: Date;
  /** The trace that it belongs to: of its workflow, or its own; absent if neither is traced. */
  readonly traceId?: string | undefined;
  /** The span of its workflow that it belongs to. */
  readonly traceParent?: TraceParent | undefined;
}

/** What an execution waits for or does, in the usual order. */
export const STAGES = [
  /** The runner takes no executions at the moment, see Admission. */
  "waiting-for-admission",
  /** Another execution of its session runs. */
  "waiting-for-thread",
  /** As many executions as allowed run here. */
  "waiting-for-slot",
  /** Its first status is sent, and its agent is read from Stigmer. */
  "resolving",
  "waiting-for-sandbox",
  /** The model answers. */
  "model",
  /** At least one tool runs. */
  "tool",
  /** It is over: its processes are ended and its last status is delivered. */
  "ending",
] as const;
export type ExecutionStage = (typeof STAGES)[number];

/** What observers see of an execution, in order. Secrets are masked, except in `text`: pieces are too short to find them. */
export type ExecutionEvent =
  /** A new stage. While the agent runs, whether a tool runs follows from its own events. */
  | { readonly type: "stage"; readonly stage: ExecutionStage; readonly at: Date }
  /** Its agent is known. */
  | { readonly type: "resolved"; readonly agentName: string; readonly model: ModelChoice; readonly at: Date }
  /** It has a sandbox. */
  | { readonly type: "sandbox-acquired"; readonly kind: string; readonly sandboxId: string; readonly at: Date }
  /** Temporal is told that it still works. */
  | { readonly type: "heartbeat"; readonly at: Date }
  | StatusDelivery
  | AgentCall
  | AgentEvent;

/** What happened to an update of the status. */
export type StatusDelivery = {
  /** The name of the sink. */
  readonly sink: string;
  readonly at: Date;
} & (
  | {
      /** An attempt to send an update has ended. */
      readonly type: "status-sent";
      readonly outcome: "delivered" | "failed" | "refused";
      /** Whether it repeats an update that has failed. */
      readonly isRetry: boolean;
      /** Whether it is the last one. */
      readonly isTerminal: boolean;
      readonly bytes: number;
      readonly durationMs: number;
    }
  /** An update was replaced by a newer one before it was sent. */
  | { readonly type: "status-coalesced" }
);

/** How one execution is observed. Both functions return at once; what they throw is logged and ignored. */
export interface ExecutionObservation {
  event(event: ExecutionEvent): void;
  /** Called once, after the last status was delivered or given up. */
  end(outcome: ExecutionOutcome): void;
}

/** Watches executions, as metrics and traces do. Observers do not know each other and cannot change an execution. */
export interface ExecutionObserver {
  /** For the log. */
  readonly name: string;
  begin(execution: ExecutionInfo): ExecutionObservation;
}
