import { expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import pc from "picocolors";
import { AgentExecutionSchema, ExecutionPhase, MessageType, TodoStatus, ToolCallStatus } from "../stigmer/index.ts";
import { JsonView } from "./json-view.ts";
import { LiveArea } from "./live-area.ts";
import { TextView } from "./text-view.ts";

/** Clears the screen, sets the clipboard, and controls that belong to no sequence. */
const EVIL = "\u001b[2J\u001b]52;c;ZXZpbA==\u0007\u001b\u009b\b";
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

test("nothing of what a model or a tool says reaches the terminal as a control character", () => {
  const text: string[] = [];
  const drawn: string[] = [];
  const live = new LiveArea(
    (part) => void drawn.push(part),
    plain,
    () => 80,
  );
  const view = new TextView((part) => void text.push(part), plain, live);
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

test("JSON shows them escaped, and can be read back", () => {
  const lines: string[] = [];
  new JsonView((line) => void lines.push(line)).update(execution);
  expect(lines.join("").trimEnd()).not.toMatch(/\p{Cc}/u);
  expect(JSON.parse(lines.join(""))).toMatchObject({ spec: { sessionId: `ses-1${EVIL}` } });
});
