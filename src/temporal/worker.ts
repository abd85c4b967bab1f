import { type NativeConnection, Worker, type WorkerDeploymentOptions } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import { commit } from "../version.ts";
import { ExecutionSlots } from "./execution-slots.ts";
import { protobufJsonCodec } from "./payload-codec.ts";

/**
 * The SDK sends heartbeats at most this often, and Temporal tells of a cancellation in the answer to one. The SDK's
 * default, 80 % of the heartbeat timeout, would deliver a cancellation up to 24 s late.
 */
export const HEARTBEAT_THROTTLE_MS = 4_000;

export type Activities = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

export interface ActivityWorkerOptions {
  readonly connection: NativeConnection;
  readonly config: TemporalConfig;
  /** The activities by the names that workflows call. */
  readonly activities: Activities;
  /** The activity that `config.maxConcurrency` limits. */
  readonly executionType: string;
  /** How long activities may go on after a shutdown was asked for. */
  readonly gracePeriodMs: number;
}

/** A worker that polls the task queue for activities only. */
export async function createActivityWorker(options: ActivityWorkerOptions): Promise<Worker> {
  const { connection, config, activities, executionType, gracePeriodMs } = options;
  const fixed = { type: "fixed-size", numSlots: 1 } as const;
  return await Worker.create({
    connection,
    namespace: config.namespace,
    taskQueue: config.taskQueue,
    activities: { ...activities },
    dataConverter: { payloadCodecs: [protobufJsonCodec] },
    tuner: {
      workflowTaskSlotSupplier: fixed,
      localActivityTaskSlotSupplier: fixed,
      nexusTaskSlotSupplier: fixed,
      activityTaskSlotSupplier: new ExecutionSlots(config.maxConcurrency, executionType),
    },
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: gracePeriodMs,
    workerDeploymentOptions: deploymentOptions(config),
  });
}

/** With a deployment's name the worker is a version of it; without one the build id only shows who did the work. */
function deploymentOptions({ deploymentName, buildId = commit }: TemporalConfig): WorkerDeploymentOptions {
  if (deploymentName === undefined) return { version: { deploymentName: "", buildId }, useWorkerVersioning: false };
  return {
    version: { deploymentName, buildId },
    useWorkerVersioning: true,
    // It concerns workflows, of which this worker has none; the SDK wants it nevertheless.
    defaultVersioningBehavior: "PINNED",
  };
}
