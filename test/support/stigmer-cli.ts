/** The Stigmer CLI's output for an execution. */
import { type AgentExecution, ExecutionPhase, MessageType } from "../../src/stigmer/index.ts";

const LABELS: Readonly<Record<MessageType, string>> = {
  [MessageType.MESSAGE_TYPE_UNSPECIFIED]: "?",
  [MessageType.MESSAGE_HUMAN]: "You",
  [MessageType.MESSAGE_AI]: "Agent",
  [MessageType.MESSAGE_TOOL]: "Tool",
  [MessageType.MESSAGE_SYSTEM]: "System",
};

/**
 * The output for these states: the phase before the messages of the same update, each message once by its index, even if
 * it is empty, and the error of a failed execution at the end.
 */
export function printedByCli(states: readonly AgentExecution[]): string[] {
  const lines: string[] = [];
  let seen = 0;
  let phase: ExecutionPhase | undefined;
  for (const { status } of states) {
    if (status === undefined) continue;
    if (status.phase !== phase) lines.push(`Phase: ${ExecutionPhase[status.phase]}`);
    phase = status.phase;
    for (const { type, content } of status.messages.slice(seen)) lines.push(`${LABELS[type]}: ${content}`);
    seen = Math.max(seen, status.messages.length);
    if (phase === ExecutionPhase.EXECUTION_FAILED && status.error !== "") lines.push(`Error: ${status.error}`);
  }
  return lines;
}
