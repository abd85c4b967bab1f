import type { TotalUsage } from "../shared/token-usage.ts";
import { totalUsage } from "../shared/usage-json.ts";
import type { AgentExecution } from "../stigmer/index.ts";

/** What an execution used of its models, as its last message says; `undefined` if it does not. */
export function usageOfExecution({ status }: AgentExecution): TotalUsage | undefined {
  return totalUsage(status?.messages.at(-1)?.metadata?.["total_usage"]);
}
