import type { Outcome } from "../status/index.ts";
import { AgentExecutionQueryController, ExecutionPhase, type StigmerClient } from "../stigmer/index.ts";

const CALL_TIMEOUT_MS = 2_000;

/**
 * How an execution was ended by others while this runner was not heard of, because its process or its machine stood still:
 * what users were told once is not contradicted.
 * @returns `undefined` where nothing is known of an end
 */
export async function endedElsewhere(client: StigmerClient, executionId: string): Promise<Outcome | undefined> {
  const { method } = AgentExecutionQueryController;
  const found = await client
    .call(method.get, { value: executionId }, { timeoutMs: CALL_TIMEOUT_MS })
    .catch(() => undefined);
  const reason = found?.status?.error ?? "";
  switch (found?.status?.phase) {
    case ExecutionPhase.EXECUTION_COMPLETED:
      return { phase: "completed" };
    case ExecutionPhase.EXECUTION_FAILED:
      return reason === "" ? undefined : { phase: "failed", reason };
    case ExecutionPhase.EXECUTION_CANCELLED:
      return { phase: "cancelled", reason };
    default:
      return undefined;
  }
}
