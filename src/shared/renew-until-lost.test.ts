import { afterEach, beforeEach, describe, expect, jest, mock, test } from "bun:test";
import { renewUntilLost } from "./renew-until-lost.ts";
import { yieldToEventLoop } from "./time.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Lets renewals begin, and end. */
async function pass(times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    jest.advanceTimersByTime(100);
    await yieldToEventLoop();
  }
}

describe("a lock", () => {
  test("is renewed until it is stopped", async () => {
    const renew = mock(async () => true);
    const stop = renewUntilLost(renew, 100, () => expect.unreachable());
    await pass(3);
    stop();
    await pass(3);
    expect(renew).toHaveBeenCalledTimes(3);
  });

  test("that was lost is reported once, and not renewed again", async () => {
    const renew = mock(async () => false);
    const lost = mock(() => undefined);
    renewUntilLost(renew, 100, lost);
    await pass(5);
    expect([renew.mock.calls.length, lost.mock.calls.length]).toEqual([1, 1]);
  });

  test("is not lost because of a renewal that failed, or that ends after the stop", async () => {
    const late = Promise.withResolvers<boolean>();
    const renew = mock(() => late.promise).mockRejectedValueOnce(new Error("the store does not answer"));
    const stop = renewUntilLost(renew, 100, () => expect.unreachable());
    await pass(2);
    stop();
    late.resolve(false);
    await pass(1);
    expect(renew).toHaveBeenCalledTimes(2);
  });
});
