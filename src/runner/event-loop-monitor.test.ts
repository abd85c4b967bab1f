import { describe, expect, test } from "bun:test";
import { EventLoopMonitor } from "./event-loop-monitor.ts";

/** A monitor whose clock the test moves: each sample is taken that much later than it should be. */
function monitored() {
  let now = 1_000;
  const lines: string[] = [];
  const monitor = new EventLoopMonitor({ log: { warn: (line) => void lines.push(line) }, now: () => now });
  return {
    monitor,
    lines,
    sample: (lateMs = 0) => {
      now += 250 + lateMs;
      monitor.sample();
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe("the delay of the event loop", () => {
  test("is that of the last minute", () => {
    const { monitor, sample } = monitored();
    expect(monitor.delay).toEqual({ p50Ms: 0, p99Ms: 0, maxMs: 0 });
    sample(700);
    for (let count = 0; count < 9; count++) sample(2);
    expect(monitor.delay).toEqual({ p50Ms: 2, p99Ms: 700, maxMs: 700 });
    for (let count = 0; count < 241; count++) sample();
    expect(monitor.delay).toEqual({ p50Ms: 0, p99Ms: 0, maxMs: 0 });
  });
});

describe("a block of the event loop", () => {
  test("is reported while its timer is overdue, and for some time after it", () => {
    const { monitor, lines, sample, pass } = monitored();
    sample();
    expect(monitor.block).toBeUndefined();
    pass(250 + 6_000);
    expect(monitor.block).toBe("the event loop was blocked for 6.0 s, until just now");
    monitor.sample();
    expect(lines).toHaveLength(1);
    for (let count = 0; count < 40; count++) sample();
    expect(monitor.block).toBe("the event loop was blocked for 6.0 s, until 10 s ago");
    for (let count = 0; count < 20; count++) sample();
    expect(monitor.block).toBeUndefined();
    expect(lines).toHaveLength(1);
  });

  test("is not reported if it is short", () => {
    const { monitor, lines, sample } = monitored();
    sample(4_900);
    expect(monitor.block).toBeUndefined();
    expect(lines).toEqual([]);
  });
});
