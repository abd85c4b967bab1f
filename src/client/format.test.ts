import { describe, expect, test } from "bun:test";
import { create, type JsonObject, type MessageInitShape } from "@bufbuild/protobuf";
import pc from "picocolors";
import {
  AgentExecutionSchema,
  ExecutionPhase,
  TodoItemSchema,
  TodoStatus,
  ToolCallSchema,
  ToolCallStatus,
} from "../stigmer/index.ts";
import { callLines, outcomeLine, todoLines } from "./format.ts";

const plain = pc.createColors(false);

function call(more: Omit<MessageInitShape<typeof ToolCallSchema>, "$typeName"> = {}) {
  return create(ToolCallSchema, {
    status: ToolCallStatus.TOOL_CALL_COMPLETED,
    startedAt: "2026-01-19T10:00:00.000Z",
    completedAt: "2026-01-19T10:00:02.500Z",
    componentMetadata: { componentType: "terminal" },
    ...more,
  });
}

describe("formatted call", () => {
  test("contains label, duration and a command's output", () => {
    expect(callLines("git status", call({ result: "clean\n\nnothing to commit  \n" }), plain)).toEqual([
      "✓ git status (2.5 s)",
      "  clean",
      "  nothing to commit",
    ]);
  });

  test("contains the first line of the reason if it failed", () => {
    const failed = call({ status: ToolCallStatus.TOOL_CALL_FAILED, error: "exit code 1\nmore" });
    expect(callLines("npm test", failed, plain)).toEqual(["✗ npm test (2.5 s) exit code 1"]);
  });

  test("shows the end of a long output and the start of long lines", () => {
    const result = Array.from({ length: 10 }, (_, index) => `line ${index + 1}`).join("\n");
    expect(callLines("make all", call({ result: `${result}\n${"x".repeat(500)}` }), plain)).toEqual([
      "✓ make all (2.5 s)",
      "  … 5 more lines",
      ...[6, 7, 8, 9, 10].map((number) => `  line ${number}`),
      `  ${"x".repeat(160)}…`,
    ]);
  });

  test("shows the whole command, not only its first word", () => {
    expect(callLines("execute: cd\n$ cd app && make", call(), plain)).toEqual(["✓ $ cd app && make (2.5 s)"]);
    expect(callLines("two\nlines", call(), plain)).toEqual(["✓ two lines (2.5 s)"]);
  });

  test("contains lines that fit the width, also with wide characters", () => {
    const lines = callLines("cat", call({ result: "漢".repeat(500) }), plain);
    expect(lines[1]).toBe(`  ${"漢".repeat(80)}…`);
    const failed = call({ status: ToolCallStatus.TOOL_CALL_FAILED, error: "e".repeat(4_000) });
    expect(callLines("cat", failed, plain)[0]?.length).toBeLessThan(200);
  });

  test("does not repeat what its symbol says", () => {
    const result = "(no output)\n[Command succeeded with exit code 0]";
    expect(callLines("execute: true", call({ result }), plain)).toEqual(["✓ execute: true (2.5 s)"]);
  });

  test("shows no output of tools other than commands", () => {
    const read = call({ result: "the whole file", componentMetadata: { componentType: "preview" } });
    expect(callLines("read_file: a.ts", read, plain)).toEqual(["✓ read_file: a.ts (2.5 s)"]);
  });

  test("has no duration if it was never started", () => {
    expect(callLines("ls", call({ startedAt: "", completedAt: "" }), plain)).toEqual(["✓ ls (0.0 s)"]);
  });
});

test("the to-do list has a symbol for each state", () => {
  const { TODO_PENDING, TODO_IN_PROGRESS, TODO_COMPLETED, TODO_CANCELLED } = TodoStatus;
  const states = [TODO_PENDING, TODO_IN_PROGRESS, TODO_COMPLETED, TODO_CANCELLED];
  const todos = states.map((status) => create(TodoItemSchema, { content: "look", status }));
  expect(todoLines(todos, plain)).toEqual(["[ ] look", "[~] look", "[x] look", "[-] look"]);
});

describe("outcome line", () => {
  function line(phase: ExecutionPhase, { sessionId = "", completedAt = "2026-01-19T10:01:04Z" } = {}) {
    const status = { phase, startedAt: "2026-01-19T10:00:00Z", completedAt };
    return outcomeLine(create(AgentExecutionSchema, { spec: { sessionId }, status }), plain);
  }

  test("says how the execution ended and how long it took", () => {
    expect(line(ExecutionPhase.EXECUTION_COMPLETED)).toBe("✓ completed after 1 min 4 s");
    expect(line(ExecutionPhase.EXECUTION_FAILED)).toBe("✗ failed after 1 min 4 s");
    expect(line(ExecutionPhase.EXECUTION_CANCELLED, { completedAt: "" })).toBe("✗ cancelled after 0.0 s");
  });

  test("says what the execution used of its models", () => {
    const total = { model_calls: 4, input_tokens: 12_345, cached_input_tokens: 10_000, output_tokens: 678 };
    const shown = (total_usage: JsonObject) => {
      const status = { phase: ExecutionPhase.EXECUTION_COMPLETED, messages: [{ metadata: { total_usage } }] };
      return outcomeLine(create(AgentExecutionSchema, { status }), plain);
    };
    expect(shown(total)).toBe("✓ completed after 0.0 s · 4 model calls, 12.3K tokens in (10K cached), 678 out");
    expect(shown({ model_calls: "many" })).toBe("✓ completed after 0.0 s");
  });

  test("says how to continue in the same session", () => {
    expect(line(ExecutionPhase.EXECUTION_COMPLETED, { sessionId: "ses-1" })).toEndWith(
      " · continue with --session ses-1",
    );
  });
});
