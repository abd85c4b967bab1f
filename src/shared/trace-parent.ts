/** The span of another program that work belongs to, by W3C Trace Context. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly isSampled: boolean;
  /** What tracing systems add to it, as it was sent. */
  readonly state?: string | undefined;
}

/** Version, id of the trace, id of the span, flags; later versions may have more. */
const TRACE_PARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const SAMPLED = 1;
/** Longest `tracestate` that must be passed on. */
const MAX_STATE_LENGTH = 512;

/** Reads the values of both headers. @returns `undefined` if the first one is invalid; the second one may be missing */
export function parseTraceParent(traceparent: unknown, tracestate?: unknown): TraceParent | undefined {
  if (typeof traceparent !== "string") return undefined;
  const [, version, traceId, spanId, flags, more] = TRACE_PARENT.exec(traceparent) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === "00" && more !== undefined) return undefined;
  return {
    traceId,
    spanId,
    isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0,
    state: typeof tracestate === "string" && tracestate.length <= MAX_STATE_LENGTH ? tracestate : undefined,
  };
}
