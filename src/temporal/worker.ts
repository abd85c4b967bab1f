import { type NativeConnection, Worker, type WorkerDeploymentOptions } from "@temporalio/worker";
import type { TemporalConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { commit } from "../version.ts";
import { ActivityWorker } from "./activity-worker.ts";
import { ExecutionSlots, MAX_OPEN_POLLS } from "./execution-slots.ts";
import { ExpectedExecutions } from "./expected-executions.ts";
import { protobufJsonCodec } from "./payload-codec.ts";
import { readTraceHeader } from "./trace-header.ts";

/**
 * Minimum interval of heartbeats in the SDK. Temporal reports a cancellation in the answer to a heartbeat; with the SDK's
 * default, 80 % of the heartbeat timeout, a cancellation could arrive 24 s late.
 */
const HEARTBEAT_THROTTLE_MS = 4_000;

export type Activities = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

export interface ActivityWorkerOptions {
  readonly connection: NativeConnection;
  readonly config: TemporalConfig;
  /** Activities by type name. */
  readonly activities: Activities;
  /** The activity type that `config.maxConcurrency` limits. */
  readonly executionType: string;
  /** The activity type that workflows call right before each execution. */
  readonly announcingType: string;
  /** The worker's identity in Temporal. */
  readonly identity: string;
  /** How long activities may continue after a shutdown request, in ms. */
  readonly gracePeriodMs: number;
  readonly log: Logger;
}

/** Creates a worker for activities only. It starts polling when executions are allowed. */
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
    interceptors: { activity: [expected.interceptor, readTraceHeader] },
    dataConverter: { payloadCodecs: [protobufJsonCodec] },
    tuner: {
      workflowTaskSlotSupplier: fixed,
      localActivityTaskSlotSupplier: fixed,
      nexusTaskSlotSupplier: fixed,
      activityTaskSlotSupplier: slots,
    },
    // One poller per slot: a reserved slot polls at once and never starts to poll later, while the runner drains.
    activityTaskPollerBehavior: { type: "simple-maximum", maximum: MAX_OPEN_POLLS },
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: gracePeriodMs,
    workerDeploymentOptions: deploymentOptions(config),
  });
  return new ActivityWorker({ worker, connection, namespace, taskQueue, identity, slots, expected, log });
}

/** With a deployment name the worker is versioned; otherwise the build id only appears in histories. */
function deploymentOptions({ deploymentName, buildId = commit }: TemporalConfig): WorkerDeploymentOptions {
  if (deploymentName === undefined) return { version: { deploymentName: "", buildId }, useWorkerVersioning: false };
  return {
    version: { deploymentName, buildId },
    useWorkerVersioning: true,
    // Only relevant to workflows, but required by the SDK.
    defaultVersioningBehavior: "PINNED",
  };
}
