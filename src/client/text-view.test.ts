import { describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import pc from "picocolors";
import { AgentExecutionSchema, ExecutionPhase, MessageType, TodoStatus, ToolCallStatus } from "../stigmer/index.ts";
import { JsonView } from "./json-view.ts";
import { LiveArea } from "./live-area.ts";
import { TextView } from "./text-view.ts";

/** Clears the screen, sets the clipboard, and controls that belong to no sequence. */
const EVIL = "\u001b[2J\u001b]52;c;ZXZpbA==\u0007\u001b\u009b\b\u202e\u{e0041}";
const plain = pc.createColors(false);

const execution = create(AgentExecutionSchema, {
  spec: { sessionId: `ses-1${EVIL}` },
  status: {
    phase: ExecutionPhase.EXECUTION_COMPLETED,
    messages: [
      { type: MessageType.MESSAGE_AI, content: `text${EVIL}` },
      { type: MessageType.MESSAGE_SYSTEM, content: `notice${EVIL}` },
      ...[ToolCallStatus.TOOL_CALL_FAILED, ToolCallStatus.TOOL_CALL_RUNNING].map((status) => ({
        type: MessageType.MESSAGE_TOOL,
        content: `label${EVIL}`,
        toolCalls: [
          {
            id: String(status),
            status,
            result: `result${EVIL}`,
            error: `error${EVIL}`,
            componentMetadata: { componentType: "terminal" },
          },
        ],
      })),
    ],
    todos: { "todo-1": { content: `todo${EVIL}`, status: TodoStatus.TODO_PENDING } },
  },
});

test("control characters from models and tools never reach the terminal", () => {
  const text: string[] = [];
  const drawn: string[] = [];
  const live = new LiveArea(
    (part) => void drawn.push(part),
    plain,
    () => ({ columns: 80, rows: 24 }),
  );
  const write = (part: string) => void text.push(part);
  const view = new TextView({ write, tell: write }, plain, live);
  view.update(execution);
  view.end(execution);
  for (const word of ["text", "notice", "label", "result", "error", "ses-1"]) expect(text.join("")).toContain(word);
  expect(drawn.join("")).toContain("todo");
  expect(text.join("")).not.toMatch(/(?![\n\t])\p{Cc}/u);
  // The live area's own sequences are the only ones.
  expect(drawn.join("").replaceAll("\r\u001b[J", "").replaceAll("\r\u001b[1A\u001b[J", "")).not.toMatch(
    /(?![\n\t])\p{Cc}/u,
  );
});

describe("the reason of a failure", () => {
  /** What is shown of one that failed with this error, after these messages. */
  function shown(error: string, messages: readonly (readonly [MessageType, string])[]): string {
    const text: string[] = [];
    const write = (part: string) => void text.push(part);
    const view = new TextView({ write, tell: write }, plain);
    const failed = create(AgentExecutionSchema, {
      status: {
        phase: ExecutionPhase.EXECUTION_FAILED,
        error,
        messages: messages.map(([type, content]) => ({ type, content })),
      },
    });
    view.update(failed);
    view.end(failed);
    return text.join("");
  }

  test("is shown once, with and without messages", () => {
    for (const messages of [[], [[MessageType.MESSAGE_AI, "I begin."] as const]])
      expect(shown("The model is gone.", messages)).toEndWith("The model is gone.\n✗ failed after 0.0 s\n");
  });

  test("is shown once if a message contains it too", () => {
    const text = shown("The model is gone.", [[MessageType.MESSAGE_SYSTEM, "The model is gone."]]);
    expect(text).toBe("The model is gone.\n✗ failed after 0.0 s\n");
  });

  test("contains no control characters", () => {
    expect(shown(`no${EVIL}\u202e`, [])).not.toMatch(/(?![\n\t])[\p{Cc}\u202e]/u);
  });
});

test("a growing text is shown up to the last complete character", () => {
  const text: string[] = [];
  const write = (part: string) => void text.push(part);
  const view = new TextView({ write, tell: write }, plain);
  const family = "👩🏽‍❤️‍💋‍👩🏽";
  const said = (content: string, phase = ExecutionPhase.EXECUTION_IN_PROGRESS) =>
    create(AgentExecutionSchema, { status: { phase, messages: [{ type: MessageType.MESSAGE_AI, content }] } });
  for (let end = 1; end <= family.length; end++) {
    const content = `Hi ${family.slice(0, end)}`;
    if (content.isWellFormed()) view.update(said(content));
  }
  view.update(said(`Hi ${family}`, ExecutionPhase.EXECUTION_COMPLETED));
  view.end();
  expect(text.join("")).toBe(`Hi ${family}\n`);
});

test("JSON output escapes control characters and can be parsed", () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  new JsonView({ write, tell: write }).update(execution);
  expect(lines.join("").trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(JSON.parse(lines.join(""))).toMatchObject({ spec: { sessionId: `ses-1${EVIL}` } });
});
