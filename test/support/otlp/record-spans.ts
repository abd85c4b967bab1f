/** The spans that an execution with given events has, and short forms of events. Times are ms since its start. */
import { expect } from "bun:test";
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { ExecutionEvent, ExecutionInfo, ExecutionOutcome } from "../../../src/executions/index.ts";
import { ExecutionTraces } from "../../../src/telemetry/traces/execution-traces.ts";
import { samplerOf } from "../../../src/telemetry/traces/sampler.ts";
import { SpanIds } from "../../../src/telemetry/traces/span-ids.ts";

const T = 1_700_000_000_000;
export const at = (ms: number) => new Date(T + ms);
const main = (ms: number) => ({ actor: { kind: "main" } as const, at: at(ms) });
export const sub = (callId: string, ms: number) => ({ actor: { kind: "sub-agent", callId } as const, at: at(ms) });
export const running: ExecutionEvent = { type: "stage", stage: "model", at: at(0) };
export const info: ExecutionInfo = {
  id: "aex-1",
  threadId: "thread-1",
  workflowId: "workflow",
  runId: "run",
  activityId: "1",
  startedAt: at(0),
};

interface Options {
  readonly execution?: ExecutionInfo;
  readonly outcome?: ExecutionOutcome;
  readonly hasContent?: boolean;
  readonly maxLength?: number;
}

export function record(events: readonly ExecutionEvent[], options: Options = {}): readonly ReadableSpan[] {
  const { execution = info, outcome = { phase: "completed" }, hasContent = false, maxLength = 1_000 } = options;
  const exporter = new InMemorySpanExporter();
  const ids = new SpanIds();
  const provider = new TracerProvider({
    idGenerator: ids,
    sampler: samplerOf({ sampler: "parentbased_always_on" }),
    spanLimits: { attributeValueLengthLimit: maxLength },
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const observer = new ExecutionTraces({ tracer: provider.getTracer("test"), ids, hasContent, maxLength });
  const observation = observer.begin(execution);
  for (const event of events) observation.event(event);
  observation.end(outcome);
  return exporter.getFinishedSpans();
}

export const named = (spans: readonly ReadableSpan[], name: string) =>
  spans.find((span) => span.name === name) ?? expect.unreachable(`no span ${name}: ${spans.map((span) => span.name)}`);
export const parentName = (spans: readonly ReadableSpan[], name: string) => {
  const { parentSpanContext } = named(spans, name);
  return spans.find((span) => span.spanContext().spanId === parentSpanContext?.spanId)?.name;
};
export const times = ({ startTime, endTime }: ReadableSpan) =>
  [startTime, endTime].map(([seconds, nanos]) => Math.round(seconds * 1_000 + nanos / 1e6) - T);

export const asks = (id: string, name: string, args: Record<string, unknown> = {}) => ({ id, name, args });
export const turn = (ms: number, text: string, ...calls: ReturnType<typeof asks>[]): ExecutionEvent => ({
  ...main(ms),
  type: "turn",
  turnId: "1",
  text,
  calls,
  model: "openai:gpt-5-2026",
});
export const chatStarts = (
  ms: number,
  id = "model-1",
  base = main(ms) as ReturnType<typeof sub> | ReturnType<typeof main>,
) =>
  ({
    ...base,
    type: "model-call-started",
    modelCallId: id,
    purpose: "turn",
    provider: "openai",
    model: "gpt-5",
    attempt: 1,
  }) satisfies ExecutionEvent;
export const chatEnds = (ms: number, id = "model-1", more: object = {}) =>
  ({ ...main(ms), type: "model-call-ended", modelCallId: id, ...more }) satisfies ExecutionEvent;
export const toolStarts = (callId: string, ms: number): ExecutionEvent => ({
  ...main(ms),
  type: "tool-started",
  callId,
});
export const toolEnds = (callId: string, ms: number, more: object = {}): ExecutionEvent => ({
  ...main(ms),
  type: "tool-ended",
  callId,
  result: "result",
  ...more,
});
export const mcpStarts = (callId: string, ms: number): ExecutionEvent => ({
  type: "mcp-call-started",
  mcpCallId: "mcp-1",
  callId,
  server: "github",
  transport: "http",
  tool: "search",
  at: at(ms),
});
