import type { Context } from "@temporalio/activity";
import type { Headers, Payload } from "@temporalio/common";
import type { ActivityInterceptorsFactory } from "@temporalio/worker";
import { isRecord } from "../shared/is-record.ts";
import { parseTraceParent, type TraceParent } from "../shared/trace-parent.ts";

/** Where Temporal's SDKs put the context of a workflow's trace: JSON with the headers of W3C Trace Context. */
const TRACE_HEADER = "_tracer-data";
/** Longest header that is read. The same JSON may have baggage, which is not used, of up to 8 KB. */
const MAX_BYTES = 16_384;

const parents = new WeakMap<Context, TraceParent>();

/** The span that has called an activity; `undefined` if its workflow is not traced, or sent something else. */
export function traceParentOf(activity: Context): TraceParent | undefined {
  return parents.get(activity);
}

/** Reads the header of each activity. What is no trace context is ignored: it must not fail anything. */
export const readTraceHeader: ActivityInterceptorsFactory = (activity) => ({
  inbound: {
    execute: async (input, next) => {
      const parent = traceParentIn(input.headers);
      if (parent !== undefined) parents.set(activity, parent);
      return await next(input);
    },
  },
});

/** @returns `undefined` if the headers have no valid trace context */
export function traceParentIn(headers: Headers): TraceParent | undefined {
  if (!Object.hasOwn(headers, TRACE_HEADER)) return undefined;
  const { traceparent, tracestate } = fieldsOf(headers[TRACE_HEADER]);
  return parseTraceParent(traceparent, tracestate);
}

function fieldsOf(payload: Payload | undefined): Readonly<Record<string, unknown>> {
  const data = payload?.data;
  if (data === undefined || data === null || data.length > MAX_BYTES) return {};
  try {
    const fields: unknown = JSON.parse(new TextDecoder().decode(data));
    return isRecord(fields) ? fields : {};
  } catch {
    return {};
  }
}
