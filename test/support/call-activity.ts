/** Workflows for tests that call the runner's activities, as any client of Temporal could. */
import { type ActivityOptions, condition, defineSignal, proxyActivities, setHandler } from "@temporalio/workflow";

export interface ActivityCall {
  readonly name: string;
  readonly args: unknown[];
  readonly options: ActivityOptions;
}

export async function callActivity({ name, args, options }: ActivityCall): Promise<unknown> {
  const activities = proxyActivities<Record<string, (...args: unknown[]) => Promise<unknown>>>(options);
  return await activities[name]?.(...args);
}

/** Lets {@link callBoth} go on to its second call. */
export const GO_ON = "goOn";

/** Calls one activity, and when it is told to, another one. */
export async function callBoth(first: ActivityCall, second: ActivityCall): Promise<unknown> {
  let mayGoOn = false;
  setHandler(defineSignal(GO_ON), () => {
    mayGoOn = true;
  });
  await callActivity(first);
  await condition(() => mayGoOn);
  return await callActivity(second);
}
