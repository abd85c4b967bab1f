import { LABEL_KEY, TASK_KEY } from "../shared/sub-agents.ts";
import type { AgentExecution, ToolCall } from "../stigmer/index.ts";
import { oneLine } from "./format.ts";

/** A call of a sub-agent, with its label. */
interface SubAgentCall {
  readonly label: string;
  readonly call: ToolCall;
}

/** What a sub-agent does in one task. */
export interface SubAgentTask {
  /** Its name, with a number if others with that name came before: `reviewer`, `reviewer #2`. */
  readonly tag: string;
  /** Whether the tag has a number. */
  readonly isNumbered: boolean;
  /** Its calls, oldest first. */
  readonly calls: readonly SubAgentCall[];
}

/** The tasks of an execution, by the ids of their calls. */
export function tasksOf({ status }: AgentExecution): ReadonlyMap<string, SubAgentTask> {
  const calls = new Map<string, SubAgentCall[]>();
  for (const call of status?.toolCalls ?? []) {
    const id = metadataOf(call, TASK_KEY);
    if (id === "") continue;
    const own = calls.get(id) ?? [];
    own.push({ label: metadataOf(call, LABEL_KEY) || call.name, call });
    calls.set(id, own);
  }
  const numbers = new Map<string, number>();
  return new Map(
    (status?.subAgentExecutions ?? []).map(({ id, name }) => {
      const number = (numbers.get(name) ?? 0) + 1;
      numbers.set(name, number);
      const shown = oneLine(name) || "sub-agent";
      const tag = number === 1 ? shown : `${shown} #${number}`;
      return [id, { tag, isNumbered: number > 1, calls: calls.get(id) ?? [] }] as const;
    }),
  );
}

function metadataOf({ componentMetadata }: ToolCall, key: string): string {
  const value = componentMetadata?.metadata?.[key];
  return typeof value === "string" ? value : "";
}
