import { describe, expect, test } from "bun:test";
import { SMALL_BYTES, SteadyPace, UPDATE_INTERVAL_MS, WholeStatePace } from "./pace.ts";

const MIB = 1024 * 1024;
/** As the status has them: each command's result stands in two places, and old ones are left out beyond the limit. */
const RESULT_BYTES = 2 * 9_200;

/** What one execution costs: commands that end one after the other, each at its time, with two urgent updates each. */
function bytesSent(commands: number, msPerCommand: number): { bytes: number; updates: number; longestWaitMs: number } {
  const pace = new WholeStatePace();
  const start = Date.parse("2026-01-19T10:00:00Z");
  const sizeAt = (done: number) => Math.min(500 + done * RESULT_BYTES, MIB);
  let [bytes, updates, longestWaitMs, offeredAt] = [500, 1, 0, 0];
  pace.sent(500, start);
  const step = Math.max(Math.floor(msPerCommand / 20), 1);
  for (let ms = 0; ms < commands * msPerCommand; ms += step) {
    const now = start + ms;
    const done = Math.floor(ms / msPerCommand);
    if (Math.floor((ms - step) / msPerCommand) !== done) {
      pace.offered(RESULT_BYTES);
      offeredAt ||= now;
    }
    if (offeredAt === 0 || pace.due(true) > now) continue;
    longestWaitMs = Math.max(longestWaitMs, now - offeredAt);
    offeredAt = 0;
    bytes += sizeAt(done);
    updates++;
    pace.sent(sizeAt(done), now);
  }
  // What was said last, and the end.
  return { bytes: bytes + 2 * sizeAt(commands), updates, longestWaitMs };
}

describe("total bytes of whole states", () => {
  test("are at most 20 MB for 100 commands with 9 KB of output each, at any speed", () => {
    for (const ms of [1, 10, 50, 180, 500, 1_000, 2_000, 4_000, 6_000]) {
      const { bytes } = bytesSent(100, ms);
      expect([ms, bytes <= 20e6]).toEqual([ms, true]);
    }
  });

  test("grow linearly with the number of events", () => {
    const [single, double, fourfold] = [100, 200, 400].map((commands) => bytesSent(commands, 20).bytes) as [
      number,
      number,
      number,
    ];
    expect(double / single).toBeLessThan(2);
    expect((fourfold - double) / (double - single)).toBeLessThan(2.2);
  });
});

describe("whole state", () => {
  const at = Date.parse("2026-01-19T10:00:00Z");

  test("is sent at once for urgent events and otherwise after an interval, if it is small", () => {
    const pace = new WholeStatePace();
    for (let update = 0; update < 10_000; update++) {
      pace.offered(100);
      expect(pace.due(true)).toBeLessThanOrEqual(at);
      expect(pace.due(false)).toBe(update === 0 ? UPDATE_INTERVAL_MS : at + UPDATE_INTERVAL_MS);
      pace.sent(SMALL_BYTES, at);
    }
  });

  test("is sent within seconds after little news, if it is large", () => {
    const pace = new WholeStatePace();
    for (let minute = 0; minute < 60; minute++) {
      const now = at + minute * 60_000;
      pace.sent(MIB, now);
      pace.offered(200);
      expect(pace.due(true) - now).toBeLessThanOrEqual(45_000);
      if (minute < 3) expect(pace.due(true) - now).toBeLessThanOrEqual(5_000);
    }
    const quiet = new WholeStatePace();
    quiet.sent(MIB, at);
    for (const minutes of [5, 10, 15]) {
      const now = at + minutes * 60_000;
      quiet.offered(200);
      expect(quiet.due(true)).toBeLessThanOrEqual(now);
      quiet.sent(MIB, now);
      quiet.offered(200);
      expect(quiet.due(true) - now).toBeLessThanOrEqual(5_000);
      quiet.sent(MIB, now + 5_000);
    }
  });

  test("is sent at once when a third of it is new, if it is large", () => {
    const pace = new WholeStatePace();
    pace.sent(MIB, at);
    pace.offered(MIB / 3 - 1_000);
    expect(pace.due(true)).toBeGreaterThan(at);
    pace.offered(2_000);
    expect(pace.due(true)).toBeLessThanOrEqual(at);
    expect(pace.due(false)).toBe(at + UPDATE_INTERVAL_MS);
  });
});

test("urgent changes are sent at once, whatever was sent before", () => {
  const pace = new SteadyPace();
  pace.offered();
  pace.sent(MIB, 5_000);
  expect(pace.due(true)).toBe(0);
  expect(pace.due(false)).toBe(5_000 + UPDATE_INTERVAL_MS);
});
