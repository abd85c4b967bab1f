import { describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { pause } from "../../test/support/eventually.ts";
import { inFastTime } from "../../test/support/fast-time.ts";
import { delivery, fails, normal, numbered, refuses, soon, urgent } from "../../test/support/status-delivery.ts";
import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  AgentMessageSchema,
  ExecutionPhase,
  MessageType,
} from "../stigmer/index.ts";

describe("the last messages", () => {
  const said = create(AgentMessageSchema, { type: MessageType.MESSAGE_AI, content: "Done." });
  const begun = create(AgentExecutionStatusSchema, { phase: ExecutionPhase.EXECUTION_IN_PROGRESS, startedAt: "then" });
  const ended = (phase: ExecutionPhase, more = {}) =>
    create(AgentExecutionStatusSchema, { ...begun, phase, messages: [said], completedAt: "now", ...more });
  const fits = (shown: AgentExecutionStatus) => ({ status: shown, bytes: 10 });
  const { EXECUTION_COMPLETED, EXECUTION_FAILED, EXECUTION_CANCELLED } = ExecutionPhase;

  for (const [phase, more] of [
    [EXECUTION_COMPLETED, {}],
    [EXECUTION_FAILED, { error: "no" }],
    [EXECUTION_CANCELLED, {}],
  ] as const) {
    test(`are sent in an update before the terminal one: ${ExecutionPhase[phase]}`, async () => {
      const { sink, delivery: to } = delivery();
      await to.start(() => ({ status: begun, bytes: 10 }));
      await to.finish(fits(ended(phase, more)), soon());
      expect(sink.updates.map(({ status: shown, terminal }) => [shown, terminal])).toEqual([
        [begun, false],
        [{ ...begun, messages: [said] }, false],
        [ended(phase, more), true],
      ]);
    });
  }

  test("are not sent twice", async () => {
    const { sink, delivery: to } = delivery();
    await to.start(() => ({ status: { ...begun, messages: [said] }, bytes: 10 }));
    await to.finish(fits(ended(EXECUTION_COMPLETED)), soon());
    expect(sink.updates.map(({ terminal }) => terminal)).toEqual([false, true]);
  });

  test("are retried, but leave time for the terminal update", async () => {
    const { sink, delivery: to } = delivery();
    sink.answer = () => (sink.updates.at(-1)?.terminal === true ? Promise.resolve() : fails());
    expect(await inFastTime(() => to.finish(fits(ended(EXECUTION_COMPLETED)), Date.now() + 2_000))).toBe(true);
    expect(sink.updates.length).toBeGreaterThan(2);
    expect(sink.updates.filter(({ terminal }) => terminal)).toHaveLength(1);
    expect(sink.updates.at(-1)?.terminal).toBe(true);
  });

  test("do not prevent the terminal update if they are refused for good", async () => {
    const { sink, delivery: to } = delivery();
    sink.answer = () => (sink.updates.length === 1 ? refuses() : Promise.resolve());
    expect(await to.finish(fits(ended(EXECUTION_COMPLETED)), soon())).toBe(true);
    expect(sink.updates.map(({ terminal }) => terminal)).toEqual([false, true]);
  });
});

describe("the last status", () => {
  test("waits for the update that is being sent, which could undo it", async () => {
    const { sink, delivery: to } = delivery();
    const gate = Promise.withResolvers<void>();
    sink.answer = () => gate.promise;
    to.offer(() => numbered(1), urgent);
    await sink.received(1);
    to.offer(() => numbered(2), urgent);
    const finished = to.finish(numbered(3), soon());
    await Promise.resolve();
    expect(sink.seen).toEqual(["1"]);
    gate.resolve();
    expect(await finished).toBe(true);
    expect(sink.seen).toEqual(["1", "3, last"]);
    expect(sink.maxInProgress).toBe(1);
  });

  test("is followed by no update, whether offered before or after it", async () => {
    const { sink, delivery: to } = delivery();
    await to.start(() => numbered(1));
    to.offer(() => numbered(2), normal);
    await to.finish(numbered(3), soon());
    to.offer(() => numbered(4), urgent);
    // What was still to come would be sent by now.
    await pause(300);
    expect(sink.seen).toEqual(["1", "3, last"]);
  });

  test("is retried until it is delivered", async () => {
    const { sink, lines, delivery: to } = delivery();
    sink.answer = () => (sink.updates.length < 3 ? fails() : Promise.resolve());
    expect(await to.finish(numbered("x"), soon())).toBe(true);
    expect(sink.seen).toEqual(["x, last", "x, last", "x, last"]);
    expect(lines.filter((line) => line.includes("is retried"))).toHaveLength(1);
  });

  test("is given up at the deadline, which is logged", async () => {
    const { sink, lines, delivery: to } = delivery();
    sink.answer = fails;
    expect(await inFastTime(() => to.finish(numbered("x"), Date.now() + 600))).toBe(false);
    expect(sink.updates.length).toBeGreaterThan(1);
    expect(lines.at(-1)).toContain("ERROR - The final status could not be delivered to the fake sink: not reachable");
  });

  test("is tried once if the deadline has already passed", async () => {
    const { sink, delivery: to } = delivery();
    expect(await to.finish(numbered("x"), 0)).toBe(true);
    expect(sink.seen).toEqual(["x, last"]);
  });

  test("is not retried if it can never succeed", async () => {
    const { sink, delivery: to } = delivery();
    sink.answer = refuses;
    expect(await to.finish(numbered("x"), soon())).toBe(false);
    expect(sink.updates).toHaveLength(1);
  });
});
