import { describe, expect, test } from "bun:test";
import { SpanStatusCode } from "@opentelemetry/api";
import {
  asks,
  at,
  chatEnds,
  chatStarts,
  info,
  mcpStarts,
  named,
  parentName,
  record,
  running,
  sub,
  times,
  toolEnds,
  toolStarts,
  turn,
} from "../../../test/support/otlp/record-spans.ts";
import type { ExecutionEvent } from "../../executions/index.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

describe("the span of a model call", () => {
  test("has what its turn says, although the turn is told after its end", () => {
    const spans = record([running, chatStarts(10), chatEnds(30), turn(40, "Hi")], { hasContent: true });
    const chat = named(spans, "chat gpt-5");
    expect(times(chat)).toEqual([10, 30]);
    expect(chat.attributes).toMatchObject({ "gen_ai.response.model": "gpt-5-2026" });
    expect(JSON.parse(String(chat.attributes["gen_ai.output.messages"]))).toEqual([
      { role: "assistant", parts: [{ type: "text", content: "Hi" }], finish_reason: "stop" },
    ]);
  });

  test("ends once, although the turn is told before its end", () => {
    const spans = record([running, chatStarts(10), turn(20, "Hi"), chatEnds(30)]);
    expect(spans.filter(({ name }) => name === "chat gpt-5").map(times)).toEqual([[10, 30]]);
  });

  test("ends without a turn, when the agent asks again or ends", () => {
    const again = [running, chatStarts(10), chatEnds(20), chatStarts(30, "model-2"), chatEnds(40, "model-2")];
    expect(
      record(again)
        .filter(({ name }) => name === "chat gpt-5")
        .map(times),
    ).toEqual([
      [10, 20],
      [30, 40],
    ]);
  });

  test("has the kind of its failure, and is no error if it was cancelled", () => {
    const attempt = (failure: string) =>
      named(record([running, chatStarts(10), chatEnds(20, "model-1", { failure })]), "chat gpt-5");
    expect(attempt("overloaded")).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { "error.type": "overloaded" },
    });
    expect(attempt("cancelled")).toMatchObject({
      status: { code: SpanStatusCode.UNSET },
      attributes: { "error.type": "cancelled" },
    });
  });
});

describe("what is told before the tool that it belongs to", () => {
  test("a call of an MCP server is below its tool", () => {
    const mcpEnds: ExecutionEvent = { type: "mcp-call-ended", mcpCallId: "mcp-1", at: at(15) };
    for (const events of [
      [turn(5, "", asks("c", "search")), mcpStarts("c", 10), mcpEnds, toolStarts("c", 16), toolEnds("c", 20)],
      [turn(5, "", asks("c", "search")), mcpStarts("c", 10), toolStarts("c", 12), mcpEnds, toolEnds("c", 20)],
      [mcpStarts("c", 10), toolStarts("c", 12), turn(13, "", asks("c", "search")), mcpEnds, toolEnds("c", 20)],
    ] satisfies ExecutionEvent[][]) {
      const spans = record([running, ...events]);
      expect(parentName(spans, "tools/call search")).toBe("execute_tool search");
      expect(times(named(spans, "tools/call search"))).toEqual([10, 15]);
      expect(times(named(spans, "execute_tool search"))).toEqual([10, 20]);
      expect(named(spans, "execute_tool search").attributes).toMatchObject({ "gen_ai.tool.type": "extension" });
    }
  });

  test("a sub-agent is below its task, with its own calls", () => {
    const spans = record([
      running,
      turn(5, "", asks("t", "task", { subagent_type: "helper" })),
      chatStarts(10, "model-2", sub("t", 10)),
      toolStarts("t", 12),
      {
        ...chatEnds(20, "model-2", { usage: { inputTokens: 5, cachedInputTokens: 0, outputTokens: 3 } }),
        ...sub("t", 20),
      },
      { ...sub("t", 21), type: "turn", turnId: "2", text: "", calls: [asks("l", "ls")] },
      { ...sub("t", 22), type: "tool-started", callId: "l" },
      { ...sub("t", 25), type: "tool-ended", callId: "l", result: "" },
      toolEnds("t", 30),
    ]);
    expect(parentName(spans, "chat gpt-5")).toBe("invoke_agent helper");
    expect(parentName(spans, "execute_tool ls")).toBe("invoke_agent helper");
    expect(parentName(spans, "invoke_agent helper")).toBe("execute_tool task");
    expect(times(named(spans, "invoke_agent helper"))).toEqual([10, 30]);
    expect(named(spans, "invoke_agent helper").attributes).toMatchObject({ "gen_ai.usage.input_tokens": 5 });
    expect(named(spans, "invoke_agent").attributes).toMatchObject({ "gen_ai.usage.output_tokens": 3 });
  });

  test("is recorded also if the tool is never told", () => {
    const spans = record([running, mcpStarts("c", 10), { type: "mcp-call-ended", mcpCallId: "mcp-1", at: at(15) }]);
    expect(parentName(spans, "tools/call search")).toBe("run agent");
    expect(times(named(spans, "tools/call search"))).toEqual([10, 15]);
  });
});

describe("an execution that is cut off", () => {
  test("ends all spans, as stopped and not as failed", () => {
    const events = [running, turn(1, "", asks("t", "task")), toolStarts("t", 2), chatStarts(5, "m", sub("t", 5))];
    const ending: ExecutionEvent = { type: "stage", stage: "ending", at: at(10) };
    const spans = record([...events, ending], { outcome: { phase: "cancelled", reason: "It was cancelled." } });
    expect(spans.map(({ name }) => name).toSorted()).toEqual(
      [
        "chat gpt-5",
        "end execution",
        "execute_tool task",
        "invoke_agent",
        "invoke_agent ",
        "run agent",
        "wait for admission",
      ].map((name) => name.trim()),
    );
    expect(times(named(spans, "execute_tool task"))).toEqual([2, 10]);
    expect(spans.filter(({ status }) => status.code === SpanStatusCode.ERROR)).toEqual([]);
    expect(named(spans, "chat gpt-5").attributes).toMatchObject({ "error.type": "stopped" });
  });

  test("ends them also if its end is not announced", () => {
    const spans = record([running, toolStarts("c", 2)], { outcome: { phase: "failed", reason: "A defect." } });
    expect(spans.map(({ name }) => name).toSorted()).toEqual([
      "execute_tool",
      "invoke_agent",
      "run agent",
      "wait for admission",
    ]);
    const root = named(spans, "invoke_agent");
    expect(root.status).toEqual({ code: SpanStatusCode.ERROR, message: "A defect." });
    expect(root.attributes).toMatchObject({ "stigmer.execution.outcome": "failed" });
  });
});

describe("the trace", () => {
  const parent = (isSampled: boolean, state?: string) => ({
    ...info,
    traceId: TRACE,
    traceParent: { traceId: TRACE, spanId: SPAN, isSampled, state },
  });

  test("is that of the workflow, if it has one, and follows its decision", () => {
    const spans = record([running], { execution: parent(true, "vendor=1") });
    expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE]));
    const root = named(spans, "invoke_agent");
    expect(root.parentSpanContext).toMatchObject({ spanId: SPAN, isRemote: true });
    expect(root.spanContext().traceState?.serialize()).toBe("vendor=1");
    expect(record([running, toolStarts("c", 1)], { execution: parent(false) })).toEqual([]);
  });

  test("has the id that the log has, if the workflow has none", () => {
    const [span] = record([running], { execution: { ...info, traceId: TRACE } });
    expect(span?.spanContext().traceId).toBe(TRACE);
  });
});

test("a clock that is set back makes no span with a negative duration", () => {
  const spans = record([running, toolStarts("c", 100), toolEnds("c", 50)]);
  expect(times(named(spans, "execute_tool"))).toEqual([100, 100]);
});
