import { describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { pause, until } from "../../test/support/eventually.ts";
import { inFastTime } from "../../test/support/fast-time.ts";
import { createLogger, silentLogger } from "../log/index.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  AgentMessageSchema,
  ExecutionPhase,
  MessageType,
} from "../stigmer/index.ts";
import { Delivery } from "./delivery.ts";
import { PermanentSinkError, type StatusSink, type StatusUpdate } from "./status-sink.ts";

/** A sink whose deliveries end as the test decides. */
class FakeSink implements StatusSink {
  readonly name = "the fake sink";
  readonly sends: StatusSink["sends"];
  readonly updates: StatusUpdate[] = [];
  inProgress = 0;
  maxInProgress = 0;
  /** What happens to the next deliveries. */
  answer: () => Promise<void> = () => Promise.resolve();

  constructor(sends: StatusSink["sends"] = "changes") {
    this.sends = sends;
  }

  async deliver(update: StatusUpdate): Promise<void> {
    this.updates.push(update);
    this.maxInProgress = Math.max(this.maxInProgress, ++this.inProgress);
    try {
      await this.answer();
    } finally {
      this.inProgress--;
    }
  }

  /** What was delivered: the tests number statuses with their `error`. */
  get seen(): string[] {
    return this.updates.map(({ status: { error }, terminal }) => (terminal ? `${error}, last` : error));
  }

  async received(count: number): Promise<void> {
    await until(`${count} updates`, () => this.updates.length >= count);
  }
}

const status = (number: number | string): AgentExecutionStatus =>
  create(AgentExecutionStatusSchema, { error: `${number}` });
const numbered = (number: number | string) => ({ status: status(number), bytes: 10 });
const urgent = { urgent: true, bytes: 10 };
const normal = { urgent: false, bytes: 10 };
const fails = () => Promise.reject(new Error("not reachable"));
const refuses = () => Promise.reject(new PermanentSinkError("no such execution"));

function delivery() {
  const sink = new FakeSink();
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "debug", format: "text", mask: new SecretMask(), write });
  return { sink, lines, delivery: new Delivery(sink, "aex-1", log) };
}

const soon = () => Date.now() + 60_000;

describe("while an execution runs", () => {
  test("the first status is delivered first", async () => {
    const { sink, delivery: to } = delivery();
    await to.start(() => numbered(1));
    expect(sink.updates).toEqual([{ executionId: "aex-1", status: status(1), terminal: false }]);
  });

  test("a first status that cannot be delivered does not fail the execution and is retried", async () => {
    const { sink, delivery: to } = delivery();
    sink.answer = fails;
    await to.start(() => numbered(1));
    sink.answer = () => Promise.resolve();
    await sink.received(2);
    expect(sink.seen).toEqual(["1", "1"]);
  });

  test("one update is sent at a time, and of the waiting ones only the newest", async () => {
    const { sink, delivery: to } = delivery();
    const gate = Promise.withResolvers<void>();
    sink.answer = () => gate.promise;
    to.offer(() => numbered(1), urgent);
    await sink.received(1);
    for (let number = 2; number <= 9; number++) to.offer(() => numbered(number), urgent);
    gate.resolve();
    await sink.received(2);
    expect(await to.finish(status(10), soon())).toBe(true);
    expect(sink.seen).toEqual(["1", "9", "10, last"]);
    expect(sink.maxInProgress).toBe(1);
  });

  test("a status is only made if it is sent", async () => {
    const { sink, delivery: to } = delivery();
    await to.start(() => numbered(1));
    const made: number[] = [];
    const make = (number: number) => () => {
      made.push(number);
      return numbered(number);
    };
    for (let number = 2; number <= 5; number++) to.offer(make(number), normal);
    await sink.received(2);
    expect(made).toEqual([5]);
  });

  test("an urgent update includes what waits for the interval to pass", async () => {
    const { sink, delivery: to } = delivery();
    await to.start(() => numbered(1));
    to.offer(() => numbered(2), normal);
    to.offer(() => numbered(3), urgent);
    await sink.received(2);
    expect(sink.seen).toEqual(["1", "3"]);
  });

  test("an update that failed is retried, which is logged once", async () => {
    const { sink, lines, delivery: to } = delivery();
    sink.answer = () => (sink.updates.length < 3 ? fails() : Promise.resolve());
    to.offer(() => numbered(1), urgent);
    await sink.received(3);
    expect(sink.seen).toEqual(["1", "1", "1"]);
    expect(
      lines.filter((line) => line.includes("could not be delivered to the fake sink: not reachable")),
    ).toHaveLength(1);
  });

  test("an update that failed is replaced by a newer one", async () => {
    const { sink, delivery: to } = delivery();
    const gate = Promise.withResolvers<void>();
    sink.answer = () => gate.promise;
    to.offer(() => numbered(1), urgent);
    await sink.received(1);
    to.offer(() => numbered(2), normal);
    sink.answer = () => Promise.resolve();
    gate.reject(new Error("not reachable"));
    await sink.received(2);
    expect(sink.seen).toEqual(["1", "2"]);
  });

  test("an update that can never succeed is not retried, but newer ones are sent", async () => {
    const { sink, delivery: to } = delivery();
    sink.answer = refuses;
    to.offer(() => numbered(1), urgent);
    await sink.received(1);
    // It would be tried again by now.
    await pause(600);
    expect(sink.seen).toEqual(["1"]);
    sink.answer = () => Promise.resolve();
    to.offer(() => numbered(2), normal);
    await sink.received(2);
    expect(sink.seen).toEqual(["1", "2"]);
  });
});

describe("the last messages", () => {
  const said = create(AgentMessageSchema, { type: MessageType.MESSAGE_AI, content: "Done." });
  const begun = create(AgentExecutionStatusSchema, { phase: ExecutionPhase.EXECUTION_IN_PROGRESS, startedAt: "then" });
  const ended = (phase: ExecutionPhase, more = {}) =>
    create(AgentExecutionStatusSchema, { ...begun, phase, messages: [said], completedAt: "now", ...more });
  const { EXECUTION_COMPLETED, EXECUTION_FAILED, EXECUTION_CANCELLED } = ExecutionPhase;

  for (const [phase, more] of [
    [EXECUTION_COMPLETED, {}],
    [EXECUTION_FAILED, { error: "no" }],
    [EXECUTION_CANCELLED, {}],
  ] as const) {
    test(`are sent in an update before the terminal one: ${ExecutionPhase[phase]}`, async () => {
      const { sink, delivery: to } = delivery();
      await to.start(() => ({ status: begun, bytes: 10 }));
      await to.finish(ended(phase, more), soon());
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
    await to.finish(ended(EXECUTION_COMPLETED), soon());
    expect(sink.updates.map(({ terminal }) => terminal)).toEqual([false, true]);
  });

  test("are retried, but leave time for the terminal update", async () => {
    const { sink, delivery: to } = delivery();
    sink.answer = () => (sink.updates.at(-1)?.terminal === true ? Promise.resolve() : fails());
    expect(await inFastTime(() => to.finish(ended(EXECUTION_COMPLETED), Date.now() + 2_000))).toBe(true);
    expect(sink.updates.length).toBeGreaterThan(2);
    expect(sink.updates.filter(({ terminal }) => terminal)).toHaveLength(1);
    expect(sink.updates.at(-1)?.terminal).toBe(true);
  });

  test("do not prevent the terminal update if they are refused for good", async () => {
    const { sink, delivery: to } = delivery();
    sink.answer = () => (sink.updates.length === 1 ? refuses() : Promise.resolve());
    expect(await to.finish(ended(EXECUTION_COMPLETED), soon())).toBe(true);
    expect(sink.updates.map(({ terminal }) => terminal)).toEqual([false, true]);
  });
});

describe("updates with whole states", () => {
  const large = 1024 * 1024;

  test("are not sent early for an urgent change if they are large, but for many new bytes", async () => {
    const sink = new FakeSink("whole states");
    const to = new Delivery(sink, "aex-1", silentLogger);
    await to.start(() => ({ status: status(1), bytes: large }));
    to.offer(() => ({ status: status(2), bytes: large }), urgent);
    to.offer(() => ({ status: status(3), bytes: large }), { urgent: true, bytes: large });
    await sink.received(2);
    expect(sink.seen).toEqual(["1", "3"]);
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
    const finished = to.finish(status(3), soon());
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
    await to.finish(status(3), soon());
    to.offer(() => numbered(4), urgent);
    // What was still to come would be sent by now.
    await pause(300);
    expect(sink.seen).toEqual(["1", "3, last"]);
  });

  test("is retried until it is delivered", async () => {
    const { sink, lines, delivery: to } = delivery();
    sink.answer = () => (sink.updates.length < 3 ? fails() : Promise.resolve());
    expect(await to.finish(status("x"), soon())).toBe(true);
    expect(sink.seen).toEqual(["x, last", "x, last", "x, last"]);
    expect(lines.filter((line) => line.includes("is retried"))).toHaveLength(1);
  });

  test("is given up at the deadline, which is logged", async () => {
    const { sink, lines, delivery: to } = delivery();
    sink.answer = fails;
    expect(await inFastTime(() => to.finish(status("x"), Date.now() + 600))).toBe(false);
    expect(sink.updates.length).toBeGreaterThan(1);
    expect(lines.at(-1)).toContain("ERROR - The final status could not be delivered to the fake sink: not reachable");
  });

  test("is tried once if the deadline has already passed", async () => {
    const { sink, delivery: to } = delivery();
    expect(await to.finish(status("x"), 0)).toBe(true);
    expect(sink.seen).toEqual(["x, last"]);
  });

  test("is not retried if it can never succeed", async () => {
    const { sink, delivery: to } = delivery();
    sink.answer = refuses;
    expect(await to.finish(status("x"), soon())).toBe(false);
    expect(sink.updates).toHaveLength(1);
  });
});
