import { unreachable } from "../shared/errors.ts";
import type { ExecutionEvent, ExecutionInfo } from "./execution-observer.ts";
import type { ActiveExecution, ToolInProgress } from "./execution-record.ts";

/** The record of an execution, and what is needed to keep it up to date. */
interface ExecutionProgress {
  readonly record: ActiveExecution;
  /** The calls that the model asked for and that have no result yet, by their ids. */
  readonly openCalls: ReadonlyMap<string, OpenCall>;
}

type OpenCall = Pick<ToolInProgress, "name" | "taskCallId">;

export function beginProgress(execution: ExecutionInfo): ExecutionProgress {
  const stage = "waiting-for-admission";
  const record = { ...execution, state: "active", stage, stageSince: execution.startedAt, tools: [] } as const;
  return { record, openCalls: new Map() };
}

/** The progress after an event; the same value if the event changes nothing. */
export function advance(progress: ExecutionProgress, event: ExecutionEvent): ExecutionProgress {
  const { record, openCalls } = progress;
  switch (event.type) {
    case "stage":
      return { ...progress, record: { ...record, stage: event.stage, stageSince: event.at, tools: [] } };
    case "resolved":
      return { ...progress, record: { ...record, agentName: event.agentName, model: event.model } };
    case "turn": {
      if (event.calls.length === 0) return progress;
      const owner = event.actor.kind === "main" ? {} : { taskCallId: event.actor.callId };
      const asked = event.calls.map(({ id, name }) => [id, { name, ...owner }] as const);
      return { record, openCalls: new Map([...openCalls, ...asked]) };
    }
    case "tool-started": {
      const { callId, at } = event;
      const tool = { callId, name: "", ...openCalls.get(callId), startedAt: at };
      return { record: withTools(record, [...record.tools, tool], at), openCalls };
    }
    case "tool-ended": {
      const { callId, at } = event;
      // With a task all calls of its sub-agent end: one that was stopped leaves some without a result.
      const remains = (id: string, call: OpenCall | undefined) => id !== callId && call?.taskCallId !== callId;
      const tools = record.tools.filter((tool) => remains(tool.callId, tool));
      const open = new Map([...openCalls].filter(([id, call]) => remains(id, call)));
      return { record: withTools(record, tools, at), openCalls: open };
    }
    case "text":
    case "text-withdrawn":
    case "todos":
    case "notice":
    case "sandbox-acquired":
    case "heartbeat":
    case "status-sent":
    case "status-coalesced":
    case "model-call-started":
    case "model-call-answering":
    case "model-call-ended":
    case "mcp-call-started":
    case "mcp-call-ended":
      return progress;
    default:
      return unreachable(event);
  }
}

/** If several tools run at once, the stage began with the first one. */
function withTools(record: ActiveExecution, tools: readonly ToolInProgress[], at: Date): ActiveExecution {
  const stage = tools.length === 0 ? "model" : "tool";
  return { ...record, tools, ...(stage === record.stage ? {} : { stage, stageSince: at }) };
}
