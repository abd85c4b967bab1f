import { backoffMs } from "../shared/backoff.ts";
import { sleep } from "../shared/time.ts";
import {
  type AgentExecution,
  AgentExecutionQueryController,
  ExecutionPhase,
  type StigmerClient,
  StigmerError,
} from "../stigmer/index.ts";

const RETRY = { firstMs: 200, mostMs: 3_000 };
/** Interruptions in a row, without an update in between, after which following is given up. */
const MOST_INTERRUPTIONS = 10;

export function isTerminal({ status }: AgentExecution): boolean {
  const phase = status?.phase ?? ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED;
  return phase >= ExecutionPhase.EXECUTION_COMPLETED;
}

/**
 * Every state of an execution until its last; where the connection breaks, it is made again.
 * @throws StigmerError where the daemon refuses, or stays away
 */
export async function* follow(
  client: StigmerClient,
  executionId: string,
  signal: AbortSignal,
): AsyncGenerator<AgentExecution> {
  let interruptions = 0;
  while (!signal.aborted) {
    try {
      const updates = client.stream(AgentExecutionQueryController.method.subscribe, { value: executionId }, signal);
      for await (const execution of updates) {
        interruptions = 0;
        yield execution;
        if (isTerminal(execution)) return;
      }
      // Ended without a last state: ask once more.
      interruptions++;
    } catch (error) {
      interruptions++;
      const passing = error instanceof StigmerError && error.isTransient;
      if (!passing || interruptions > MOST_INTERRUPTIONS) throw error;
    }
    if (interruptions > MOST_INTERRUPTIONS)
      throw new StigmerError("unavailable", `${client.endpoint} keeps ending the stream of updates`);
    await sleep(backoffMs(interruptions, RETRY), signal);
  }
}
