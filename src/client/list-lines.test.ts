import { describe, expect, test } from "bun:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import pc from "picocolors";
import { widthOf } from "../shared/width.ts";
import { AgentExecutionSchema, ExecutionPhase } from "../stigmer/index.ts";
import { listLines } from "./list-lines.ts";

const plain = pc.createColors(false);
const now = Date.parse("2026-01-19T10:00:00Z");

function execution(id: string, message: string, phase = ExecutionPhase.EXECUTION_COMPLETED, sessionId = "ses-1") {
  const more: MessageInitShape<typeof AgentExecutionSchema> = {
    metadata: { id },
    spec: { sessionId, message },
    status: { phase, audit: { specAudit: { createdAt: timestampFromMs(now - 90_000) } } },
  };
  return create(AgentExecutionSchema, more);
}

describe("list of executions", () => {
  test("has an aligned line per execution", () => {
    const executions = [
      execution("aex-1", "Write a haiku"),
      execution("aex-22", "Look", ExecutionPhase.EXECUTION_IN_PROGRESS, ""),
    ];
    expect(listLines(executions, plain, now, undefined)).toEqual([
      "aex-1   completed    1 min 30 s ago  ses-1  Write a haiku",
      "aex-22  in progress  1 min 30 s ago         Look",
    ]);
  });

  test("fits the terminal's width with any content", () => {
    const evil = "two\nlines\u001b[2J\u202e 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字";
    for (const line of listLines([execution(`aex-1${evil}`, evil.repeat(20))], plain, now, 120)) {
      expect(widthOf(line)).toBeLessThan(120);
      expect(line).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });

  test("shows no age if it is unknown", () => {
    const [line] = listLines([create(AgentExecutionSchema, { metadata: { id: "aex-1" } })], plain, now, undefined);
    expect(line?.trimEnd()).toBe("aex-1  unknown");
  });

  test("is empty without executions", () => {
    expect(listLines([], plain, now, 80)).toEqual([]);
  });
});
