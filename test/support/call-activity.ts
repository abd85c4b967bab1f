/** A workflow for tests that calls one activity of the runner, as any client of Temporal could. */
import { type ActivityOptions, proxyActivities } from "@temporalio/workflow";

export interface ActivityCall {
  readonly name: string;
  readonly args: unknown[];
  readonly options: ActivityOptions;
}

export async function callActivity({ name, args, options }: ActivityCall): Promise<unknown> {
  const activities = proxyActivities<Record<string, (...args: unknown[]) => Promise<unknown>>>(options);
  return await activities[name]?.(...args);
}
