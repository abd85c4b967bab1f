import { expect, test } from "bun:test";
import { measuredLocks } from "./measured-locks.ts";

test("a wait is measured until its end, with the lock or without", async () => {
  const waits: number[] = [];
  const lock = Promise.withResolvers<() => Promise<void>>();
  const release = async () => undefined;
  const locks = measuredLocks(
    { acquire: (name) => (name === "free" ? lock.promise : Promise.reject(new Error("Redis is down"))) },
    { sandboxLockWaited: (ms) => void waits.push(ms) },
  );
  const acquiring = locks.acquire("free");
  expect(waits).toEqual([]);
  lock.resolve(release);
  expect(await acquiring).toBe(release);
  expect(waits).toHaveLength(1);
  expect(locks.acquire("other")).rejects.toThrow("Redis is down");
  await locks.acquire("other").catch(() => undefined);
  expect(waits).toHaveLength(3);
});

test("nothing stands in between if nobody measures", () => {
  const locks = { acquire: async () => async () => undefined };
  expect(measuredLocks(locks, undefined)).toBe(locks);
});
