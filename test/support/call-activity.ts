/** Test workflows that call the runner's activities. */
import {
  type ActivityOptions,
  condition,
  defaultPayloadConverter,
  defineSignal,
  proxyActivities,
  setHandler,
  type WorkflowInterceptorsFactory,
} from "@temporalio/workflow";

export interface ActivityCall {
  readonly name: string;
  readonly args: unknown[];
  readonly options: ActivityOptions;
  /** What a tracing interceptor of the workflow would send. */
  readonly trace?: unknown;
}

/** That of the call which is made, in this workflow. */
let sent: unknown;

export async function callActivity({ name, args, options, trace }: ActivityCall): Promise<unknown> {
  sent = trace;
  const activities = proxyActivities<Record<string, (...args: unknown[]) => Promise<unknown>>>(options);
  return await activities[name]?.(...args);
}

/** Lets {@link callBoth} continue with its second call. */
export const GO_ON = "goOn";

/** Calls one activity, and after a signal another one. */
export async function callBoth(first: ActivityCall, second: ActivityCall): Promise<unknown> {
  let mayGoOn = false;
  setHandler(defineSignal(GO_ON), () => {
    mayGoOn = true;
  });
  await callActivity(first);
  await condition(() => mayGoOn);
  return await callActivity(second);
}

/** Adds the header as Temporal's interceptors for OpenTelemetry do. */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity: async (input, next) => {
        const trace = sent === undefined ? {} : { "_tracer-data": defaultPayloadConverter.toPayload(sent) };
        return await next({ ...input, headers: { ...input.headers, ...trace } });
      },
    },
  ],
});
