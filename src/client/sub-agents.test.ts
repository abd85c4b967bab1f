import { describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import pc from "picocolors";
import { widthOf } from "../shared/width.ts";
import { AgentExecutionSchema, MessageType, ToolCallStatus } from "../stigmer/index.ts";
import { LiveArea } from "./live-area.ts";
import { activityOf } from "./progress.ts";
import { TextView } from "./text-view.ts";

const { TOOL_CALL_RUNNING, TOOL_CALL_COMPLETED, TOOL_CALL_FAILED, TOOL_CALL_PENDING } = ToolCallStatus;
const plain = pc.createColors(false);
const times = { startedAt: "2026-01-19T10:00:00Z", completedAt: "2026-01-19T10:00:02Z" };

interface Task {
  readonly id: string;
  readonly name: string;
  readonly status: ToolCallStatus;
  readonly calls?: readonly (readonly [label: string, status: ToolCallStatus])[];
}

/** An execution whose agent has delegated these tasks. */
function state(...tasks: Task[]) {
  const own = tasks.map(({ id, name, status }) => ({
    id,
    name: "task",
    status,
    ...times,
    ...(status === TOOL_CALL_FAILED ? { error: "It was stopped." } : {}),
    componentMetadata: { componentType: "subagent", componentGroup: "main-agent-tools" },
    args: { subagent_type: name },
  }));
  const theirs = tasks.flatMap(({ id, name, calls = [] }) =>
    calls.map(([label, status], index) => ({
      id: `${id}-${index}`,
      name: label.split(":")[0] ?? "",
      status,
      result: "the output",
      startedAt: times.startedAt,
      completedAt: status === TOOL_CALL_RUNNING ? "" : times.completedAt,
      componentMetadata: {
        componentType: label.startsWith("execute") ? "terminal" : "preview",
        componentGroup: name,
        metadata: { subAgentExecutionId: id, label },
      },
    })),
  );
  return create(AgentExecutionSchema, {
    status: {
      messages: own.map((call, index) => ({
        type: MessageType.MESSAGE_TOOL,
        content: `task: ${tasks[index]?.name} — Do it`,
        toolCalls: [call],
      })),
      toolCalls: [...own, ...theirs],
      subAgentExecutions: tasks.map(({ id, name }) => ({ id, name })),
    },
  });
}

/** What is printed for these states. */
function printed(...states: ReturnType<typeof state>[]): string[] {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  const view = new TextView({ write, tell: write }, plain);
  for (const one of states) view.update(one);
  return text.split("\n").slice(0, -1);
}

describe("the calls of a sub-agent", () => {
  test("are indented between the beginning and the end of their task, each once", () => {
    const reader = { id: "c1", name: "reader" };
    const read = ["read_file: a.ts", TOOL_CALL_COMPLETED] as const;
    const make = ["execute: cd\n$ cd app && make", TOOL_CALL_FAILED] as const;
    expect(
      printed(
        state({ ...reader, status: TOOL_CALL_PENDING }),
        state({ ...reader, status: TOOL_CALL_RUNNING }),
        state({ ...reader, status: TOOL_CALL_RUNNING, calls: [read, [make[0], TOOL_CALL_RUNNING]] }),
        state({ ...reader, status: TOOL_CALL_COMPLETED, calls: [read, make] }),
        state({ ...reader, status: TOOL_CALL_COMPLETED, calls: [read, make] }),
      ),
    ).toEqual([
      "▸ task: reader — Do it",
      "  ✓ reader · read_file: a.ts (2.0 s)",
      "  ✗ reader · $ cd app && make (2.0 s) ",
      "    the output",
      "✓ task: reader — Do it (2.0 s)",
    ]);
  });

  test("are told apart if several sub-agents with the same name work", () => {
    const calls = [["read_file: a.ts", TOOL_CALL_COMPLETED]] as const;
    const both = (status: ToolCallStatus) =>
      state({ id: "c1", name: "reader", status, calls }, { id: "c2", name: "reader", status, calls });
    expect(printed(both(TOOL_CALL_RUNNING), both(TOOL_CALL_FAILED))).toEqual([
      "▸ task: reader — Do it",
      "  ✓ reader · read_file: a.ts (2.0 s)",
      "▸ task: reader — Do it [reader #2]",
      "  ✓ reader #2 · read_file: a.ts (2.0 s)",
      "✗ task: reader — Do it (2.0 s) It was stopped.",
      "✗ task: reader — Do it (2.0 s) It was stopped. [reader #2]",
    ]);
  });

  test("contain no control characters", () => {
    const evil = "\u001b[2J\u009b\b\u202e";
    const task = { id: "c1", name: `reader${evil}`, status: TOOL_CALL_RUNNING };
    const lines = printed(state({ ...task, calls: [[`read_file: ${evil}`, TOOL_CALL_COMPLETED]] }));
    expect(lines.join("")).not.toMatch(/[\p{Cc}\u202e]/u);
  });
});

describe("what runs", () => {
  test("includes what each sub-agent does, below its task", () => {
    const calls = [["read_file: a.ts", TOOL_CALL_COMPLETED]] as const;
    const execution = state(
      { id: "c1", name: "reader", status: TOOL_CALL_RUNNING, calls: [...calls, ["ls", TOOL_CALL_RUNNING]] },
      { id: "c2", name: "reader", status: TOOL_CALL_RUNNING, calls },
      { id: "c3", name: "writer", status: TOOL_CALL_PENDING },
      { id: "c4", name: "writer", status: TOOL_CALL_COMPLETED, calls },
    );
    expect(activityOf(execution).running).toEqual([
      { label: "task: reader — Do it", startedAt: times.startedAt },
      { label: "ls", startedAt: times.startedAt, subAgent: "reader" },
      { label: "task: reader — Do it", startedAt: times.startedAt },
      { label: "thinking", startedAt: times.completedAt, subAgent: "reader #2" },
      { label: "task: writer — Do it", startedAt: times.startedAt },
    ]);
    let drawn = "";
    const live = new LiveArea(
      (part) => {
        drawn += part;
      },
      plain,
      () => ({ columns: 40, rows: 24 }),
    );
    live.show(activityOf(execution));
    live.hide();
    expect(drawn).toContain("   reader · ls ");
    expect(drawn).toContain("   reader #2 · thinking ");
    for (const line of drawn.split("\r")[0]?.split("\n") ?? []) expect(widthOf(line)).toBeLessThan(40);
  });
});
