import { unreachable } from "../shared/errors.ts";
import { NO_USAGE, ofOneCall, sumOf } from "../shared/token-usage.ts";
import type { ExecutionEvent, ExecutionInfo } from "./execution-observer.ts";
import type { ActiveExecution, ToolInProgress } from "./execution-record.ts";

/** The record of an execution, and what is needed to keep it up to date. */
interface ExecutionProgress {
  readonly record: ActiveExecution;
  /** The calls that the model asked for and that have no result yet, by their ids. */
  readonly openCalls: ReadonlyMap<string, OpenCall>;
}

type OpenCall = Pick<ToolInProgress, "name" | "taskCallId">;

/** @param sequence orders the executions of this process */
export function beginProgress(execution: ExecutionInfo, sequence: number): ExecutionProgress {
  const { startedAt } = execution;
  const stage = { stage: "waiting-for-admission", stageSince: startedAt, tools: [] } as const;
  return { record: { ...execution, sequence, state: "active", ...stage, usage: NO_USAGE }, openCalls: new Map() };
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
    case "sandbox-acquired":
      return { ...progress, record: { ...record, sandbox: { kind: event.kind, id: event.sandboxId } } };
    case "status-sent": {
      if (event.outcome !== "delivered") return progress;
      const { sink, at, bytes } = event;
      return { ...progress, record: { ...record, lastUpdate: { sink, at, bytes } } };
    }
    case "model-call-ended": {
      const used = callUsage(event);
      return used === undefined ? progress : { ...progress, record: { ...record, usage: sumOf([record.usage, used]) } };
    }
    case "text":
    case "text-withdrawn":
    case "todos":
    case "notice":
    case "heartbeat":
    case "status-coalesced":
    case "model-call-started":
    case "model-call-answering":
    case "mcp-call-started":
    case "mcp-call-ended":
      return progress;
    default:
      return unreachable(event);
  }
}

/** What an attempt used. One that failed is no call, but its provider may bill tokens. */
function callUsage({ usage, failure }: Extract<ExecutionEvent, { type: "model-call-ended" }>) {
  if (failure === undefined) return ofOneCall(usage);
  return usage === undefined ? undefined : { ...NO_USAGE, ...usage };
}

/** If several tools run at once, the stage began with the first one. */
function withTools(record: ActiveExecution, tools: readonly ToolInProgress[], at: Date): ActiveExecution {
  const stage = tools.length === 0 ? "model" : "tool";
  return { ...record, tools, ...(stage === record.stage ? {} : { stage, stageSince: at }) };
}
