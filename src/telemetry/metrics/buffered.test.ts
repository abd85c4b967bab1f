import { expect, test } from "bun:test";
import { BufferedCounter, BufferedHistogram, BufferedRegistry } from "./buffered.ts";

function counterAndHistogram() {
  const registry = new BufferedRegistry();
  const counter = new BufferedCounter<"kind">(registry, {
    name: "things_total",
    help: "Things.",
    labelNames: ["kind"],
  });
  const histogram = new BufferedHistogram(registry, { name: "thing_seconds", help: "Durations.", buckets: [1, 2] });
  const value = async (series: string) =>
    Number(
      (await registry.metrics())
        .split("\n")
        .find((line) => line.startsWith(`${series} `))
        ?.split(" ")[1],
    );
  return { counter, histogram, value };
}

test("however many updates there are between two readings, each counts once", async () => {
  const { counter, histogram, value } = counterAndHistogram();
  let expected = 0;
  for (const updates of [1, 999, 1_000, 1_001, 12_345, 0]) {
    for (let update = 0; update < updates; update++) {
      counter.inc({ kind: "a" });
      counter.inc({ kind: "b" }, 2);
      histogram.observe({}, 1.5);
    }
    expected += updates;
    expect(await value('things_total{kind="a"}')).toBe(expected);
    expect(await value('things_total{kind="b"}')).toBe(expected * 2);
    expect(await value('thing_seconds_bucket{le="2"}')).toBe(expected);
    expect(await value("thing_seconds_sum")).toBe(expected * 1.5);
  }
});

test("a value that cannot be counted is refused at once, and the others count", async () => {
  const { counter, histogram, value } = counterAndHistogram();
  for (const odd of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => counter.inc({ kind: "a" }, odd)).toThrow(RangeError);
  for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY])
    expect(() => histogram.observe({}, odd)).toThrow(RangeError);
  counter.inc({ kind: "a" }, 0.5);
  histogram.observe({}, -1);
  expect(await value('things_total{kind="a"}')).toBe(0.5);
  expect(await value("thing_seconds_count")).toBe(1);
});
