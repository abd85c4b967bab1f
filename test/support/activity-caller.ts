/** Calls the runner's activities from a test workflow, with payloads like those of the Stigmer server. */
import { Client, type WorkflowHandle } from "@temporalio/client";
import type { temporal } from "@temporalio/proto";
import { bundleWorkflowCode, type NativeConnection, Worker } from "@temporalio/worker";
import { protobufJsonCodec } from "../../src/temporal/index.ts";
import { type ActivityCall, type callActivity, type callBoth, GO_ON } from "./call-activity.ts";

const QUEUE = "test-workflows";

export interface ActivityCaller {
  start(call: ActivityCall): Promise<WorkflowHandle<typeof callActivity>>;
  /** Calls one activity, and another one of the same workflow when `goOn` is called. */
  startBoth(first: ActivityCall, second: ActivityCall): Promise<WorkflowHandle<typeof callBoth>>;
  goOn(handle: WorkflowHandle): Promise<void>;
  /** The result of the workflow's activity as it was sent, with its metadata. */
  rawResult(handle: WorkflowHandle): Promise<{ readonly metadata: Record<string, string>; readonly json: unknown }>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function activityCaller(connection: NativeConnection): Promise<ActivityCaller> {
  const silent = () => undefined;
  const logger = { log: silent, trace: silent, debug: silent, info: silent, warn: silent, error: silent };
  const workflowsPath = `${import.meta.dir}/call-activity.ts`;
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [workflowsPath],
    logger,
  });
  const dataConverter = { payloadCodecs: [protobufJsonCodec] };
  const worker = await Worker.create({
    connection,
    taskQueue: QUEUE,
    workflowBundle,
    dataConverter,
    workflowThreadPoolSize: 1,
    maxCachedWorkflows: 10,
  });
  const working = worker.run();
  const client = new Client({ connection, dataConverter });
  return {
    start: async (call) =>
      await client.workflow.start<typeof callActivity>("callActivity", {
        taskQueue: QUEUE,
        workflowId: crypto.randomUUID(),
        args: [call],
      }),
    startBoth: async (first, second) =>
      await client.workflow.start<typeof callBoth>("callBoth", {
        taskQueue: QUEUE,
        workflowId: crypto.randomUUID(),
        args: [first, second],
      }),
    goOn: async (handle) => await handle.signal(GO_ON),
    rawResult: async (handle) => {
      const { events } = await handle.fetchHistory();
      const completed = events?.find(
        (event) => event.activityTaskCompletedEventAttributes,
      )?.activityTaskCompletedEventAttributes;
      const payload: temporal.api.common.v1.IPayload | undefined = completed?.result?.payloads?.[0];
      const text = (bytes: Uint8Array | null | undefined) => new TextDecoder().decode(bytes ?? new Uint8Array());
      return {
        metadata: Object.fromEntries(Object.entries(payload?.metadata ?? {}).map(([key, value]) => [key, text(value)])),
        json: JSON.parse(text(payload?.data)),
      };
    },
    [Symbol.asyncDispose]: async () => {
      worker.shutdown();
      await working;
    },
  };
}
