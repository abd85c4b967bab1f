import { describe, expect, test } from "bun:test";
import { until } from "../../test/support/eventually.ts";
import type { AgentEvent } from "../agent/index.ts";
import { silentLogger } from "../log/index.ts";
import { MASK } from "../shared/mask.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { yieldToEventLoop } from "../shared/time.ts";
import { ExecutionPhase, MessageType } from "../stigmer/index.ts";
import { LiveStatuses } from "./live-statuses.ts";
import { Reporter } from "./reporter.ts";
import { PermanentSinkError, type StatusSink, type StatusUpdate, UnknownExecutionError } from "./status-sink.ts";

const main = { actor: { kind: "main" }, at: new Date() } as const;
const answer: AgentEvent = { ...main, type: "turn", turnId: "1", text: "It is hunter22.", calls: [] };
const soon = () => Date.now() + 60_000;

/** A sink that keeps what it gets, or refuses everything. */
function sinkOf(refuses = false): StatusSink & { readonly updates: StatusUpdate[] } {
  const updates: StatusUpdate[] = [];
  const deliver = async (update: StatusUpdate) => {
    updates.push(update);
    if (refuses) throw new PermanentSinkError("no");
  };
  return { name: "a fake sink", sends: "changes", updates, deliver };
}

function reporterTo(...parts: (StatusSink | ((error: UnknownExecutionError) => void))[]) {
  const sinks = parts.filter((part) => typeof part !== "function");
  const onUnknown = parts.find((part) => typeof part === "function");
  const mask = new SecretMask();
  mask.add(["hunter22"]);
  return new Reporter({
    executionId: "aex-1",
    message: "Hello",
    streaming: "messages",
    sinks,
    mask,
    log: silentLogger,
    ...(onUnknown === undefined ? {} : { onUnknown }),
  });
}

describe("a reporter", () => {
  test("can be asked for the masked status at any time", async () => {
    const live = new LiveStatuses();
    const mask = new SecretMask();
    mask.add(["hunter22"]);
    const options = { executionId: "aex-1", message: "Hello", streaming: "tokens", sinks: [], mask } as const;
    const reporter = new Reporter({ ...options, log: silentLogger, live });
    reporter.report({ ...main, type: "text", turnId: "1", text: "It is hunter22. I" });
    expect(live.get("aex-1")?.messages.map(({ text }) => text)).toEqual(["Hello", `It is ${MASK}. `]);
    await reporter.finish({ phase: "completed" }, soon());
    expect(live.get("aex-1")?.messages.at(-1)?.text).toBe(`It is ${MASK}. I`);
  });

  test("first reports to every sink that the execution is in progress", async () => {
    const sinks = [sinkOf(), sinkOf()];
    await reporterTo(...sinks).start();
    for (const { updates } of sinks) {
      expect(updates).toHaveLength(1);
      expect(updates[0]).toMatchObject({
        executionId: "aex-1",
        terminal: false,
        status: { phase: ExecutionPhase.EXECUTION_IN_PROGRESS, messages: [{ content: "Hello" }] },
      });
    }
  });

  test("reports the last status, masked, and returns it", async () => {
    const sink = sinkOf();
    const reporter = reporterTo(sink);
    await reporter.start();
    reporter.report(answer);
    const status = await reporter.finish({ phase: "completed" }, soon());
    expect(status.phase).toBe(ExecutionPhase.EXECUTION_COMPLETED);
    expect(status.messages.map(({ content }) => content)).toEqual(["Hello", `It is ${MASK}.`]);
    expect(sink.updates.at(-1)).toMatchObject({ executionId: "aex-1", status, terminal: true });
    expect(sink.updates.filter(({ terminal }) => terminal)).toHaveLength(1);
  });

  test("reports tool calls while the execution runs", async () => {
    const told = Promise.withResolvers<StatusUpdate>();
    const sink: StatusSink = {
      name: "a fake sink",
      sends: "changes",
      deliver: async (update) => {
        if (update.status.toolCalls[0]?.result === "a.ts") told.resolve(update);
      },
    };
    const reporter = reporterTo(sink);
    await reporter.start();
    const calls = [{ id: "c1", name: "ls", args: {} }];
    reporter.report({ ...main, type: "turn", turnId: "1", text: "I look.", calls });
    reporter.report({ ...main, type: "tool-started", callId: "c1" });
    reporter.report({ ...main, type: "tool-ended", callId: "c1", result: "a.ts" });
    expect((await told.promise).terminal).toBe(false);
  });

  test("delivers the last status to a sink although another refuses it", async () => {
    const [broken, fine] = [sinkOf(true), sinkOf()];
    const reporter = reporterTo(broken, fine);
    await expect(reporter.start()).rejects.toThrow(PermanentSinkError);
    await reporter.finish({ phase: "completed" }, soon());
    expect(fine.updates.at(-1)?.terminal).toBe(true);
  });

  test("calls onUnknown if a sink no longer knows the execution, and not if it refuses one update", async () => {
    let answer: Error | undefined;
    const told: string[] = [];
    const sink: StatusSink = {
      name: "a fake sink",
      sends: "changes",
      deliver: () => (answer ? Promise.reject(answer) : Promise.resolve()),
    };
    const reporter = reporterTo(sink, (error) => told.push(error.message));
    await reporter.start();
    answer = new PermanentSinkError("one update");
    reporter.report({ ...main, type: "tool-started", callId: "c1" });
    await yieldToEventLoop();
    expect(told).toEqual([]);
    answer = new UnknownExecutionError("deleted");
    reporter.report({ ...main, type: "turn", turnId: "1", text: "", calls: [{ id: "c1", name: "ls", args: {} }] });
    reporter.report({ ...main, type: "tool-started", callId: "c1" });
    await until("the sink says so", () => told.length > 0);
    expect(told).toEqual(["deleted"]);
  });

  test("shows a notice of the runner as a message before the answer", async () => {
    const reporter = reporterTo();
    reporter.notice("Skills are not available.");
    reporter.report(answer);
    const { messages } = await reporter.finish({ phase: "completed" }, soon());
    expect(messages.map(({ type }) => type)).toEqual([
      MessageType.MESSAGE_HUMAN,
      MessageType.MESSAGE_SYSTEM,
      MessageType.MESSAGE_AI,
    ]);
    expect(messages[1]?.content).toBe("Skills are not available.");
  });
});

describe("a secret", () => {
  const secret = "s3cr3t-0123456789";

  /** The last status of an execution in which the events happened; the secret becomes known after its start. */
  async function statusWith(message: string, ...events: AgentEvent[]): Promise<string> {
    const mask = new SecretMask();
    const reporter = new Reporter({
      executionId: "aex-1",
      message,
      streaming: "messages",
      sinks: [],
      mask,
      log: silentLogger,
    });
    await reporter.start();
    mask.add([secret]);
    for (const event of events) reporter.report(event);
    return JSON.stringify(await reporter.finish({ phase: "completed" }, Date.now()));
  }
  const main = { actor: { kind: "main" }, at: new Date() } as const;
  const call = (args: Record<string, unknown>): AgentEvent => ({
    ...main,
    type: "turn",
    turnId: "1",
    text: "",
    calls: [{ id: "c", name: "fetch", args }],
  });
  const parts = [secret.slice(0, 8), secret.slice(-8)];

  test("in the user's message is masked even if it becomes known later", async () => {
    expect(await statusWith(`Use ${secret}`)).not.toContain(secret);
  });

  test("is masked before a text is cut, wherever the cut is", async () => {
    for (const padding of [5_985, 5_990, 5_995]) {
      const result = `${"x".repeat(padding)}${secret}${"y".repeat(9_000)}`;
      const ended: AgentEvent = { ...main, type: "tool-ended", callId: "c", result };
      const shown = await statusWith("Hi", call({}), ended);
      for (const part of parts) expect(shown).not.toContain(part);
    }
    for (const padding of [1_190, 1_195]) {
      const shown = await statusWith("Hi", call({ body: `${"x".repeat(padding)}${secret}${"y".repeat(3_000)}` }));
      for (const part of parts) expect(shown).not.toContain(part);
    }
    const labelled = await statusWith("Hi", call({ url: `https://example.org/${"p".repeat(50)}?t=${secret}` }));
    for (const part of parts) expect(labelled).not.toContain(part);
  });
});
