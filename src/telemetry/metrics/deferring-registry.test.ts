import { expect, test } from "bun:test";
import { DeferringRegistry } from "./deferring-registry.ts";
import { Counter } from "./prometheus.ts";

function registryWithCounter() {
  const registry = new DeferringRegistry();
  const counter = new Counter({ name: "things_total", help: "Things.", registers: [registry] });
  const value = async () => Number(/^things_total (.*)$/m.exec(await registry.metrics())?.[1]);
  return { registry, counter, value };
}

test("however many updates there are between two readings, each counts once", async () => {
  const { registry, counter, value } = registryWithCounter();
  let expected = 0;
  for (const updates of [1, 249, 250, 251, 12_345, 0]) {
    for (let update = 0; update < updates; update++) registry.defer(() => counter.inc());
    expected += updates;
    expect(await value()).toBe(expected);
  }
});

test("updates are made in their order, at the latest when there are 250", () => {
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

test("an update that fails is reported once, and the others are made", async () => {
  const { registry, counter, value } = registryWithCounter();
  registry.defer(() => counter.inc());
  registry.defer(() => counter.inc(-1));
  registry.defer(() => counter.inc(2));
  expect(() => registry.settle()).toThrow("decrease");
  expect(await value()).toBe(3);
});

test("what an update defers is not lost", async () => {
  const { registry, counter, value } = registryWithCounter();
  registry.defer(() => registry.defer(() => counter.inc()));
  expect(await value()).toBe(0);
  expect(await value()).toBe(1);
});
