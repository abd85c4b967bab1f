import type { ModelChoice } from "../agent/index.ts";
import type { ExecutionInfo, ExecutionStage } from "./execution-observer.ts";
import type { ExecutionOutcome } from "./outcome.ts";

/** A tool call that runs now. */
export interface ToolInProgress {
  readonly callId: string;
  readonly name: string;
  readonly startedAt: Date;
  /** The task whose sub-agent made the call; absent for a call of the main agent. */
  readonly taskCallId?: string;
}

/** What is known of the agent, once it was read from Stigmer. */
interface ExecutionAgent {
  readonly agentName?: string;
  readonly model?: ModelChoice;
}

/** A running execution and its progress. */
export interface ActiveExecution extends ExecutionInfo, ExecutionAgent {
  readonly state: "active";
  readonly stage: ExecutionStage;
  readonly stageSince: Date;
  /** Oldest first; the calls of sub-agents included. */
  readonly tools: readonly ToolInProgress[];
}

/** How an execution ended. */
export interface EndedExecution extends ExecutionInfo, ExecutionAgent {
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
