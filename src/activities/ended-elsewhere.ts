import { type ExecutionOutcome, stopReasons } from "../executions/index.ts";
import { AgentExecutionQueryController, ExecutionPhase, type StigmerClient } from "../stigmer/index.ts";

const CALL_TIMEOUT_MS = 2_000;

/**
 * How another runner or the server ended an execution while this process or its machine was suspended. Its users know that
 * end, so it is kept.
 * @returns `undefined` if it was not ended
 */
export async function endedElsewhere(
  client: StigmerClient,
  executionId: string,
): Promise<ExecutionOutcome | undefined> {
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
      return { phase: "cancelled", reason: reason || stopReasons.cancelled().message };
    default:
      return undefined;
  }
}
