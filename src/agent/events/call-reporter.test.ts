import { describe, expect, test } from "bun:test";
import type { AgentCall } from "./agent-call.ts";
import { CallReporter } from "./call-reporter.ts";

const CHOICE = { provider: "ollama", model: "m" } as const;

function reporter() {
  const calls: Omit<AgentCall, "at">[] = [];
  const report = ({ at, ...call }: AgentCall) => {
    expect(at).toBeInstanceOf(Date);
    calls.push(call);
  };
  return { calls, reporter: new CallReporter(report, (node) => (node === "tools:1" ? "task-1" : undefined)) };
}

describe("calls of models", () => {
  test("are reported from their start to their end, with the first piece only", () => {
    const { calls, reporter: to } = reporter();
    const ended = to.modelCall({ node: "", purpose: "turn", choice: CHOICE, attempt: 2 });
    to.answering("");
    to.answering("");
    ended({ failure: "overloaded" });
    const base = { actor: { kind: "main" }, modelCallId: "model-1" };
    expect(calls).toEqual([
      { ...base, type: "model-call-started", purpose: "turn", ...CHOICE, attempt: 2 },
      { ...base, type: "model-call-answering" },
      { ...base, type: "model-call-ended", failure: "overloaded" },
    ] as never);
  });

  test("of a sub-agent are told from those of the main agent by their task", () => {
    const { calls, reporter: to } = reporter();
    to.modelCall({ node: "", purpose: "turn", choice: CHOICE, attempt: 1 });
    to.modelCall({ node: "tools:1", purpose: "turn", choice: CHOICE, attempt: 1 });
    to.answering("tools:1");
    expect(calls.at(-1)).toEqual({
      type: "model-call-answering",
      actor: { kind: "sub-agent", callId: "task-1" },
      modelCallId: "model-2",
    } as never);
  });

  test("do not begin to answer after their end, or because a summary is made", () => {
    const { calls, reporter: to } = reporter();
    to.modelCall({ node: "", purpose: "turn", choice: CHOICE, attempt: 1 })({});
    to.answering("");
    to.modelCall({ node: "", purpose: "summary", choice: CHOICE, attempt: 1 });
    to.answering("");
    expect(calls.map(({ type }) => type)).toEqual(["model-call-started", "model-call-ended", "model-call-started"]);
  });
});
