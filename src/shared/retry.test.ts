import { describe, expect, test } from "bun:test";
import { type RetryOptions, retry } from "./retry.ts";

const quick: RetryOptions = { retries: 3, initialMs: 1, maxMs: 2, isTransient: () => true };

/** Work that fails the given number of times before it succeeds. */
function failing(times: number) {
  const attempts: Error[] = [];
  const work = async () => {
    if (attempts.length === times) return "done";
    const error = new Error(`failure ${attempts.length + 1}`);
    attempts.push(error);
    throw error;
  };
  return { work, attempts };
}

describe("retrying", () => {
  test("returns the result of the first successful attempt", async () => {
    expect(await retry(failing(2).work, quick)).toBe("done");
  });

  test("throws the error of the last attempt", async () => {
    const { work, attempts } = failing(10);
    await expect(retry(work, quick)).rejects.toThrow("failure 4");
    expect(attempts).toHaveLength(4);
  });

  test("does not retry permanent errors", async () => {
    const { work, attempts } = failing(10);
    await expect(retry(work, { ...quick, isTransient: () => false })).rejects.toThrow("failure 1");
    expect(attempts).toHaveLength(1);
  });

  test("reports failures that are retried", async () => {
    const told: unknown[] = [];
    const { work, attempts } = failing(10);
    await expect(retry(work, { ...quick, retries: 2, onRetry: (error) => told.push(error) })).rejects.toThrow();
    expect(told).toEqual(attempts.slice(0, 2));
  });

  test("does not report failures that are not retried", async () => {
    const told: unknown[] = [];
    const options: RetryOptions = { ...quick, isTransient: () => false, onRetry: (error) => told.push(error) };
    await expect(retry(failing(1).work, options)).rejects.toThrow("failure 1");
    expect(told).toEqual([]);
  });

  test("stops waiting when its signal aborts, with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("the execution was cancelled");
    const options: RetryOptions = {
      ...quick,
      initialMs: 3_600_000,
      maxMs: 3_600_000,
      signal: controller.signal,
      onRetry: () => controller.abort(reason),
    };
    await expect(retry(failing(1).work, options)).rejects.toBe(reason);
  });

  test("does not start if its signal has aborted already", async () => {
    const { work, attempts } = failing(1);
    const reason = new Error("too late");
    await expect(retry(work, { ...quick, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(attempts).toHaveLength(0);
  });
});
