import { printableLine } from "../../shared/printable.ts";
import { humanDuration } from "../../shared/time.ts";
import { usageText } from "../../shared/token-usage.ts";
import type { Execution } from "./answers.ts";
import { foldPair } from "./fold.ts";

const NAME_WIDTH = 12;

/** All that is known of one execution, as lines. @param columns the width of the terminal; absent if there is none */
export function executionDetails(execution: Execution, now: number, columns?: number): string[] {
  const { id, sessionId, agent, model, startedAt, durationMs, stop, usage, lastUpdate, sandboxKind, sandboxId } =
    execution;
  const ago = (time: string) => `${time} (${humanDuration(Math.max(now - Date.parse(time), 0))} ago)`;
  const facts: readonly (readonly [string, string | null])[] = [
    ["execution", id],
    ["session", sessionId],
    ["agent", agent],
    ["model", model === null ? null : `${model.provider}:${model.model}`],
    ...stateOf(execution),
    ["stopped", stop === null ? null : stop.reason],
    ["started", ago(startedAt)],
    ["duration", humanDuration(durationMs)],
    ["usage", usage.modelCalls === 0 ? "none yet" : usageText(usage)],
    [
      "last update",
      lastUpdate === null ? "none yet" : `${ago(lastUpdate.at)}, ${lastUpdate.bytes} bytes to ${lastUpdate.sink}`,
    ],
    ["sandbox", sandboxId === null ? null : `${sandboxKind}, ${sandboxId}`],
    ["thread", execution.threadId],
    ["workflow", execution.workflowId],
  ];
  return facts.flatMap(([name, value]) =>
    value === null ? [] : foldPair(name, printableLine(value), NAME_WIDTH, columns),
  );
}

function stateOf(execution: Execution): (readonly [string, string | null])[] {
  if (execution.state === "ended")
    return [
      ["outcome", execution.outcome],
      ["reason", execution.reason],
      ["ended", execution.endedAt],
    ];
  const tools = execution.tools.map(
    ({ name, durationMs }) => ["tool", `${name}, for ${humanDuration(durationMs)}`] as const,
  );
  return [
    ["phase", execution.phase],
    ["stage", `${execution.stage}, for ${humanDuration(execution.stageMs)}`],
    ...tools,
  ];
}
