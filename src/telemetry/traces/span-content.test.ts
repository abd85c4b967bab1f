import { describe, expect, test } from "bun:test";
import {
  asks,
  at,
  chatEnds,
  chatStarts,
  named,
  parentName,
  record,
  running,
  toolEnds,
  toolStarts,
  turn,
} from "../../../test/support/otlp/record-spans.ts";
import { MAX_SPANS } from "./execution-spans.ts";

describe("limits", () => {
  test("spans beyond the limit are dropped and counted, and the stages are recorded", () => {
    const more = 100;
    const tools = Array.from({ length: MAX_SPANS + more }, (_, index) => [
      toolStarts(`c${index}`, 1),
      toolEnds(`c${index}`, 2),
    ]);
    const spans = record([running, ...tools.flat(), { type: "stage", stage: "ending", at: at(3) }]);
    const root = named(spans, "invoke_agent");
    const dropped = Number(root.attributes["stigmer.execution.dropped_spans"]);
    expect(dropped).toBeGreaterThan(more);
    // One more stage than the limit.
    expect(spans.length).toBe(MAX_SPANS + 1);
    expect(spans.filter(({ name }) => name === "execute_tool").length + dropped).toBe(MAX_SPANS + more);
    expect(parentName(spans, "end execution")).toBe("invoke_agent");
  });

  test("long texts and names are cut", () => {
    const args = { text: "a".repeat(5_000) };
    const events = [running, chatStarts(1), turn(2, "b".repeat(5_000), asks("c", "n".repeat(400), args)), chatEnds(3)];
    const spans = record([...events, toolStarts("c", 4), toolEnds("c", 5, { result: "r".repeat(5_000) })], {
      hasContent: true,
      outcome: { phase: "failed", reason: "f".repeat(5_000) },
    });
    const texts = spans.flatMap((span) => [span.name, span.status.message ?? "", ...Object.values(span.attributes)]);
    expect(Math.max(...texts.map((text) => String(text).length))).toBe(1_000);
    const messages = String(named(spans, "chat gpt-5").attributes["gen_ai.output.messages"]);
    expect(JSON.parse(messages)).toMatchObject([{ parts: [{ type: "text" }, { type: "tool_call", id: "c" }] }]);
  });
});

describe("content", () => {
  test("is recorded on request only", () => {
    const events = [running, chatStarts(1), turn(2, "ANSWER", asks("c", "grep", { pattern: "ARGUMENT" })), chatEnds(3)];
    const all = [...events, toolStarts("c", 4), toolEnds("c", 5, { result: "RESULT", failure: "FAILURE" })];
    const recorded = (hasContent: boolean) =>
      JSON.stringify(record(all, { hasContent }).map(({ attributes, status }) => [attributes, status]));
    for (const word of ["ANSWER", "ARGUMENT", "RESULT", "FAILURE"]) {
      expect(recorded(false)).not.toContain(word);
      expect(recorded(true)).toContain(word);
    }
  });
});
