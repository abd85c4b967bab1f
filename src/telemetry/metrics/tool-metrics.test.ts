import { describe, expect, test } from "bun:test";
import { at, linesAfter, main } from "../../../test/support/execution-metrics.ts";
import type { ExecutionEvent } from "../../executions/index.ts";

const asks = (id: string, name: string): ExecutionEvent => ({
  ...main,
  at: at(0),
  type: "turn",
  turnId: "1",
  text: "",
  calls: [{ id, name, args: {} }],
});
const starts = (callId: string): ExecutionEvent => ({ ...main, at: at(10), type: "tool-started", callId });
const ends = (callId: string, failure?: string): ExecutionEvent => ({
  ...main,
  at: at(12),
  type: "tool-ended",
  callId,
  result: "",
  ...(failure === undefined ? {} : { failure }),
});

describe("calls of tools", () => {
  test("are counted by kind and outcome, without the names that users chose", async () => {
    const lines = await linesAfter([
      ...[asks("a", "execute"), starts("a"), ends("a")],
      ...[asks("b", "read_file"), starts("b"), ends("b", "not found")],
      ...[asks("c", "secret_tool"), starts("c"), ends("c")],
      ...[asks("d", "unknown_tool"), ends("d", "there is no such tool")],
      ...[asks("e", "execute"), starts("e")],
    ]);
    for (const [labels, count] of [
      ['kind="command",outcome="succeeded"', 1],
      ['kind="file",outcome="failed"', 1],
      ['kind="mcp",outcome="succeeded"', 1],
      ['kind="mcp",outcome="refused"', 1],
      ['kind="command",outcome="stopped"', 1],
    ] as const)
      expect(lines).toContain(`agent_runner_tool_calls_total{${labels}} ${count}`);
    expect(lines).toContain('agent_runner_tool_call_duration_seconds_sum{kind="command"} 2');
    expect(lines.join("\n")).not.toContain("secret_tool");
  });

  test("of MCP servers are counted by transport and outcome, without names of servers and tools", async () => {
    const call = (mcpCallId: string, transport: "http" | "stdio"): ExecutionEvent => ({
      type: "mcp-call-started",
      mcpCallId,
      callId: "c",
      server: "server-of-a-user",
      transport,
      tool: "tool-of-a-user",
      at: at(0),
    });
    const lines = await linesAfter([
      call("1", "http"),
      { type: "mcp-call-ended", mcpCallId: "1", at: at(2) },
      call("2", "stdio"),
      { type: "mcp-call-ended", mcpCallId: "2", failure: "tool-error", at: at(1) },
    ]);
    expect(lines).toContain('agent_runner_mcp_calls_total{transport="http",outcome="succeeded"} 1');
    expect(lines).toContain('agent_runner_mcp_calls_total{transport="stdio",outcome="tool-error"} 1');
    expect(lines).toContain('agent_runner_mcp_call_duration_seconds_sum{transport="http"} 2');
    expect(lines.join("\n")).not.toContain("of-a-user");
  });
});
