import { describe, expect, test } from "bun:test";
import { pause } from "../../test/support/eventually.ts";
import {
  delivery,
  FakeSink,
  fails,
  normal,
  numbered,
  refuses,
  soon,
  status,
  urgent,
} from "../../test/support/status-delivery.ts";
import { silentLogger } from "../log/index.ts";
import { Delivery } from "./delivery.ts";

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
    expect(await to.finish(numbered(10), soon())).toBe(true);
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

describe("updates with whole states", () => {
  const large = 1024 * 1024;

  test("are not sent early for an urgent change if they are large, but for many new bytes", async () => {
    const sink = new FakeSink("whole states");
    const to = new Delivery(sink, { executionId: "aex-1", log: silentLogger });
    await to.start(() => ({ status: status(1), bytes: large }));
    to.offer(() => ({ status: status(2), bytes: large }), urgent);
    to.offer(() => ({ status: status(3), bytes: large }), { urgent: true, bytes: large });
    await sink.received(2);
    expect(sink.seen).toEqual(["1", "3"]);
  });
});
