import type { ModelChoice } from "../agent/index.ts";
import type { TotalUsage } from "../shared/token-usage.ts";
import type { ExecutionInfo, ExecutionStage } from "./execution-observer.ts";
import type { ExecutionOutcome } from "./outcome.ts";
import type { StopReason } from "./stop-reason.ts";

/** A tool call that runs now. */
export interface ToolInProgress {
  readonly callId: string;
  readonly name: string;
  readonly startedAt: Date;
  /** The task whose sub-agent made the call; absent for a call of the main agent. */
  readonly taskCallId?: string;
}

/** An update of the status that was delivered. */
interface DeliveredUpdate {
  /** The name of the sink. */
  readonly sink: string;
  readonly at: Date;
  readonly bytes: number;
}

/** Where its tools act. */
interface UsedSandbox {
  /** `filesystem`, `daytona`, … */
  readonly kind: string;
  readonly id: string;
}

/** What becomes known of an execution while it runs. */
interface KnownOfExecution {
  /** Orders the executions of this process: a later one has a larger number. */
  readonly sequence: number;
  /** Known once the agent was read from Stigmer. */
  readonly agentName?: string;
  readonly model?: ModelChoice;
  readonly sandbox?: UsedSandbox;
  /** What its models used until now; a call that is not answered yet does not count. */
  readonly usage: TotalUsage;
  /** The last one; absent before the first one. */
  readonly lastUpdate?: DeliveredUpdate;
  /** Why it is stopped, or was. One that ended at the same moment may have completed nevertheless. */
  readonly stopReason?: StopReason;
}

/** A running execution and its progress. */
export interface ActiveExecution extends ExecutionInfo, KnownOfExecution {
  readonly state: "active";
  readonly stage: ExecutionStage;
  readonly stageSince: Date;
  /** Oldest first; the calls of sub-agents included. */
  readonly tools: readonly ToolInProgress[];
}

/** How an execution ended. */
export interface EndedExecution extends ExecutionInfo, KnownOfExecution {
  readonly state: "ended";
  readonly outcome: ExecutionOutcome;
  readonly endedAt: Date;
  readonly durationMs: number;
}

/** @param endedAt when its last status was delivered */
export function endRecord(record: ActiveExecution, outcome: ExecutionOutcome, endedAt: Date): EndedExecution {
  const { stage: _stage, stageSince: _since, tools: _tools, ...kept } = record;
  return { ...kept, state: "ended", outcome, endedAt, durationMs: endedAt.getTime() - record.startedAt.getTime() };
}
