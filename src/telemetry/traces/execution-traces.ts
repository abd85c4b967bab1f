import { type Context, ROOT_CONTEXT, TraceFlags, type Tracer, trace } from "@opentelemetry/api";
import { TraceState } from "@opentelemetry/core";
import type { ExecutionInfo, ExecutionObservation, ExecutionObserver } from "../../executions/index.ts";
import { ExecutionTrace } from "./execution-trace.ts";
import type { SpanIds } from "./span-ids.ts";

export interface ExecutionTracesOptions {
  readonly tracer: Tracer;
  /** The ids that the tracer uses. */
  readonly ids: Pick<SpanIds, "use">;
  readonly hasContent: boolean;
  readonly maxLength: number;
}

/** Records a trace of each execution, as a part of its workflow's trace if there is one. */
export class ExecutionTraces implements ExecutionObserver {
  readonly name = "traces";
  readonly #options: ExecutionTracesOptions;

  constructor(options: ExecutionTracesOptions) {
    this.#options = options;
  }

  begin(execution: ExecutionInfo): ExecutionObservation {
    const { ids, ...options } = this.#options;
    ids.use(execution.traceParent === undefined ? execution.traceId : undefined);
    const recording = new ExecutionTrace(execution, { ...options, parent: parentOf(execution) });
    return recording.isRecording ? recording : NOT_SAMPLED;
  }
}

const NOT_SAMPLED: ExecutionObservation = { event: () => undefined, end: () => undefined };

function parentOf({ traceParent }: ExecutionInfo): Context {
  if (traceParent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, isSampled, state } = traceParent;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    isRemote: true,
    traceFlags: isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    ...(state === undefined ? {} : { traceState: new TraceState(state) }),
  });
}
