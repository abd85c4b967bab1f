import { describe, expect, test } from "bun:test";
import { Semaphore } from "./semaphore.ts";

const never = new AbortController().signal;

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Whether a permit can be acquired without waiting. */
async function isFree(semaphore: Semaphore): Promise<boolean> {
  let acquired = false;
  void semaphore.acquire(never).then(() => {
    acquired = true;
  });
  await settle();
  return acquired;
}

describe("a semaphore", () => {
  test("gives out as many permits as its limit", async () => {
    const semaphore = new Semaphore(2);
    await semaphore.acquire(never);
    await semaphore.acquire(never);
    expect(await isFree(semaphore)).toBe(false);
  });

  test("gives each released permit to the one that has waited longest", async () => {
    const semaphore = new Semaphore(1);
    const order: string[] = [];
    const acquire = async (name: string) => {
      const release = await semaphore.acquire(never);
      order.push(name);
      return release;
    };
    const releaseFirst = await acquire("first");
    const second = acquire("second");
    const third = acquire("third");
    releaseFirst();
    await settle();
    expect(order).toEqual(["first", "second"]);
    (await second)();
    (await third)();
    expect(order).toEqual(["first", "second", "third"]);
    expect(await isFree(semaphore)).toBe(true);
  });

  test("counts a permit once, however often it is released", async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire(never);
    release();
    release();
    await semaphore.acquire(never);
    expect(await isFree(semaphore)).toBe(false);
  });

  test("throws the signal's reason when it aborts while waiting, and gives the permit to the next", async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire(never);
    const controller = new AbortController();
    const aborted = semaphore.acquire(controller.signal);
    const next = semaphore.acquire(never);
    const reason = new Error("cancelled");
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    release();
    expect(await next).toBeFunction();
  });

  test("throws the reason of a signal that has aborted already, and keeps its permit", async () => {
    const semaphore = new Semaphore(1);
    const reason = new Error("too late");
    await expect(semaphore.acquire(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await isFree(semaphore)).toBe(true);
  });

  test("ignores a signal that aborts after the permit was acquired", async () => {
    const semaphore = new Semaphore(1);
    const first = await semaphore.acquire(never);
    const controller = new AbortController();
    const second = semaphore.acquire(controller.signal);
    const third = semaphore.acquire(never);
    first();
    const release = await second;
    controller.abort();
    release();
    expect(await third).toBeFunction();
  });

  test("loses no permit when a signal aborts right after the permit was handed over", async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire(never);
    const controller = new AbortController();
    const second = semaphore.acquire(controller.signal);
    const third = semaphore.acquire(never);
    release();
    controller.abort(new Error("cancelled"));
    (await second)();
    const releaseThird = await third;
    const fourth = semaphore.acquire(never);
    expect(await isFree(semaphore)).toBe(false);
    releaseThird();
    expect(await fourth).toBeFunction();
  });
});
