import { expect, test } from "bun:test";
import { DeferringRegistry } from "./deferring-registry.ts";
import { Counter } from "./prometheus.ts";

function registryWithCounter() {
  const failures: unknown[] = [];
  const registry = new DeferringRegistry((error) => failures.push(error));
  const counter = new Counter({ name: "things_total", help: "Things.", registers: [registry] });
  const value = async () => Number(/^things_total (.*)$/m.exec(await registry.metrics())?.[1]);
  return { registry, counter, failures, value };
}

test("however many updates there are between two readings, each counts once", async () => {
  const { registry, counter, failures, value } = registryWithCounter();
  let expected = 0;
  for (const updates of [1, 249, 250, 251, 12_345, 0]) {
    for (let update = 0; update < updates; update++) registry.defer(() => counter.inc());
    expected += updates;
    expect(await value()).toBe(expected);
  }
  expect(failures).toEqual([]);
});

test("updates are made in their order, at the latest when 250 wait", () => {
  const { registry } = registryWithCounter();
  const made: number[] = [];
  for (let update = 0; update < 249; update++) registry.defer(() => made.push(update));
  expect(made).toEqual([]);
  registry.defer(() => made.push(249));
  expect(made).toEqual(Array.from({ length: 250 }, (_, index) => index));
  registry.defer(() => made.push(250));
  registry.settle();
  expect(made.at(-1)).toBe(250);
  registry.settle();
  expect(made).toHaveLength(251);
});

test("the first failed update is reported, none throws, and all others are made", async () => {
  const { registry, counter, failures, value } = registryWithCounter();
  for (let round = 0; round < 300; round++) {
    registry.defer(() => counter.inc());
    registry.defer(() => counter.inc(-1));
  }
  expect(await value()).toBe(300);
  expect(failures.map(String)).toEqual([expect.stringContaining("decrease")]);
});

test("what an update defers is not lost", async () => {
  const { registry, counter, value } = registryWithCounter();
  registry.defer(() => registry.defer(() => counter.inc()));
  expect(await value()).toBe(0);
  expect(await value()).toBe(1);
});
