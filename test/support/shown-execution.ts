import type { Execution } from "../../src/commands/admin/answers.ts";

/** An active execution as the admin server shows it. */
export function shownExecution(more: Partial<Extract<Execution, { state: "active" }>> = {}): Execution {
  return {
    id: "aex-01jhz8q3m5v7w9y1b2d4f6g8ha",
    sessionId: "ses-01jhz8q3m5v7w9y1b2d4f6g8hb",
    agent: "helper",
    model: { provider: "ollama", model: "tiny" },
    phase: "in-progress",
    startedAt: "2026-01-19T10:00:00.000Z",
    durationMs: 61_000,
    stop: null,
    usage: { modelCalls: 1, unreportedCalls: 0, inputTokens: 1_200, cachedInputTokens: 0, outputTokens: 70 },
    lastUpdate: null,
    sandboxKind: null,
    sandboxId: null,
    threadId: "thread-1",
    workflowId: "workflow-1",
    state: "active",
    stage: "tool",
    stageMs: 2_000,
    tools: [{ name: "execute", durationMs: 2_000 }],
    ...more,
  };
}
