/** Test workflows that call the runner's activities. */
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
