import { type NativeConnection, Worker, type WorkerDeploymentOptions } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { commit } from "../version.ts";
import { ActivityWorker } from "./activity-worker.ts";
import { ExecutionSlots, MAX_OPEN_POLLS } from "./execution-slots.ts";
import { ExpectedExecutions } from "./expected-executions.ts";
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
  /** The activity that workflows call right before each execution. */
  readonly announcingType: string;
  /** How Temporal names this worker to others. */
  readonly identity: string;
  /** How long activities may go on after a shutdown was asked for. */
  readonly gracePeriodMs: number;
  readonly log: Logger;
}

/** A worker that polls the task queue for activities only. It polls as soon as executions are allowed. */
export async function createActivityWorker(options: ActivityWorkerOptions): Promise<ActivityWorker> {
  const { connection, config, activities, executionType, announcingType, gracePeriodMs, identity, log } = options;
  const { namespace, taskQueue } = config;
  const fixed = { type: "fixed-size", numSlots: 1 } as const;
  const slots = new ExecutionSlots(config.maxConcurrency, executionType);
  slots.allow(0);
  const expected = new ExpectedExecutions(announcingType);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    identity,
    activities: { ...activities },
    interceptors: { activity: [expected.interceptor] },
    dataConverter: { payloadCodecs: [protobufJsonCodec] },
    tuner: {
      workflowTaskSlotSupplier: fixed,
      localActivityTaskSlotSupplier: fixed,
      nexusTaskSlotSupplier: fixed,
      activityTaskSlotSupplier: slots,
    },
    // Each slot that is reserved polls at once: none waits behind another and begins to poll when the runner drains.
    activityTaskPollerBehavior: { type: "simple-maximum", maximum: MAX_OPEN_POLLS },
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: gracePeriodMs,
    workerDeploymentOptions: deploymentOptions(config),
  });
  return new ActivityWorker({ worker, connection, namespace, taskQueue, identity, slots, expected, log });
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
