import { defaultPayloadConverter } from "@temporalio/common";
import type { NativeConnection } from "@temporalio/worker";
import { messageOf } from "../shared/errors.ts";
import { protobufJsonCodec, type TypedJson } from "./payload-codec.ts";

const TIMEOUT_MS = 3_000;
/** `WORKFLOW_EXECUTION_STATUS_…` of Temporal's API. */
const STATUS = { unspecified: 0, running: 1, canceled: 4, paused: 8 } as const;
/** Statuses of open workflows. An unspecified status does not prove an end. */
const OPEN: readonly number[] = [STATUS.unspecified, STATUS.running, STATUS.paused];
/** gRPC's `NOT_FOUND`. */
const NOT_FOUND = 5;

/** Identifies a run of a workflow. */
export interface WorkflowRun {
  readonly workflowId: string;
  /** Absent or empty: the newest run. */
  readonly runId?: string;
}

/** An activity that was dispatched and has not ended, according to Temporal. */
interface PendingActivity {
  /** Time of the last heartbeat, or of the start if there was none, in ms since the epoch. */
  readonly aliveAt: number;
}

export interface WorkflowState {
  readonly isOpen: boolean;
  /** Whether its cancellation was requested, or it ended cancelled. */
  readonly isCancelled: boolean;
  /** Pending activities by activity id. */
  readonly pending: ReadonlyMap<string, PendingActivity>;
}

/** Describes workflows and completes activities of other processes. */
export class Workflows {
  readonly #connection: NativeConnection;
  readonly #namespace: string;

  constructor(connection: NativeConnection, namespace: string) {
    this.#connection = connection;
    this.#namespace = namespace;
  }

  /**
   * @returns `undefined` if Temporal knows no such run (any more)
   * @throws if Temporal does not answer in time, or does not know the namespace
   */
  async describe({ workflowId, runId = "" }: WorkflowRun): Promise<WorkflowState | undefined> {
    try {
      const described = await this.#call(() =>
        this.#connection.workflowService.describeWorkflowExecution({
          namespace: this.#namespace,
          execution: { workflowId, runId },
        }),
      );
      const status = described.workflowExecutionInfo?.status ?? STATUS.unspecified;
      const pending = (described.pendingActivities ?? []).map((activity): [string, PendingActivity] => [
        activity.activityId ?? "",
        { aliveAt: millis(activity.lastHeartbeatTime) ?? millis(activity.lastStartedTime) ?? 0 },
      ]);
      return {
        isOpen: OPEN.includes(status),
        isCancelled: status === STATUS.canceled || described.workflowExtendedInfo?.cancelRequested === true,
        pending: new Map(pending),
      };
    } catch (error) {
      if (codeOf(error) === NOT_FOUND && !/namespace/i.test(messageOf(error))) return undefined;
      throw error;
    }
  }

  /**
   * Completes an activity of another process with a result.
   * @returns whether Temporal was still waiting for it @throws if Temporal does not answer in time
   */
  async completeActivity(run: WorkflowRun, activityId: string, result: TypedJson): Promise<boolean> {
    const payload = defaultPayloadConverter.toPayload(result);
    const payloads = await protobufJsonCodec.encode(payload === undefined ? [] : [payload]);
    try {
      await this.#call(() =>
        this.#connection.workflowService.respondActivityTaskCompletedById({
          namespace: this.#namespace,
          workflowId: run.workflowId,
          runId: run.runId ?? "",
          activityId,
          result: { payloads },
        }),
      );
      return true;
    } catch (error) {
      if (codeOf(error) === NOT_FOUND) return false;
      throw error;
    }
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    return await this.#connection.withDeadline(Date.now() + TIMEOUT_MS, work);
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
}

interface Timestamp {
  readonly seconds?: { toString(): string } | null;
  readonly nanos?: number | null;
}

function millis(time: Timestamp | null | undefined): number | undefined {
  if (time === null || time === undefined) return undefined;
  return Number(time.seconds?.toString() ?? 0) * 1000 + (time.nanos ?? 0) / 1e6;
}
