import { describe, expect, test } from "bun:test";
import { pause } from "../../test/support/eventually.ts";
import { humanDuration, rfc3339, sleep, untilAborted, waitAtMost, withTimeout } from "./time.ts";

const AN_HOUR = 3_600_000;

test("times are formatted in UTC with milliseconds", () => {
  expect(rfc3339(new Date("2026-01-19T12:00:00.123+02:00"))).toBe("2026-01-19T10:00:00.123Z");
});

describe("sleep", () => {
  test("ends without an error when the signal aborts", async () => {
    const controller = new AbortController();
    const sleeping = sleep(AN_HOUR, controller.signal);
    controller.abort(new Error("wake up"));
    expect(await sleeping).toBeUndefined();
  });

  test("returns at once if the signal has aborted already", async () => {
    expect(await sleep(AN_HOUR, AbortSignal.abort())).toBeUndefined();
  });
});

test("durations are readable", () => {
  const cases: [number, string][] = [
    [0, "0.0 s"],
    [340, "0.3 s"],
    [9_900, "9.9 s"],
    [12_300, "12 s"],
    [59_400, "59 s"],
    [59_600, "1 min 0 s"],
    [184_000, "3 min 4 s"],
    [600_000, "10 min 0 s"],
    [3_599_600, "1 h 0 min"],
    [18_360_000, "5 h 6 min"],
    [172_799_000, "47 h 59 min"],
    [633_600_000, "7 d 8 h"],
  ];
  for (const [ms, words] of cases) expect(humanDuration(ms)).toBe(words);
});

describe("withTimeout", () => {
  const late = () => new Error("no answer in time");

  test("returns the promise's result in time", async () => {
    expect(await withTimeout(Promise.resolve("in time"), AN_HOUR, late)).toBe("in time");
  });

  test("throws the promise's error in time", async () => {
    await expect(withTimeout(Promise.reject(new Error("its own")), AN_HOUR, late)).rejects.toThrow("its own");
  });

  test("throws if the promise takes too long", async () => {
    await expect(withTimeout(new Promise(() => undefined), 1, late)).rejects.toThrow("no answer in time");
  });
});

describe("untilAborted", () => {
  test("returns the promise's result if it is first", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(untilAborted(Promise.reject(new Error("own")), signal)).rejects.toThrow("own");
    expect(await untilAborted(Promise.resolve(2), undefined)).toBe(2);
  });

  test("throws the signal's reason, also if it had aborted before", async () => {
    const controller = new AbortController();
    const waiting = untilAborted(new Promise(() => undefined), controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(untilAborted(new Promise(() => undefined), controller.signal)).rejects.toThrow("enough");
  });

  test("ignores a later rejection", async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(untilAborted(promise, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
    reject(new Error("late"));
    await pause(1);
  });
});

describe("waitAtMost", () => {
  test("settles with the promise", async () => {
    await waitAtMost(Promise.resolve(1), 600_000);
    await expect(waitAtMost(Promise.reject(new Error("own")), 600_000)).rejects.toThrow("own");
  });

  test("returns when the time is over, and ignores a later rejection", async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await waitAtMost(promise, 1);
    reject(new Error("late"));
    await pause(1);
  });
});
