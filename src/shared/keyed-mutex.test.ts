import { describe, expect, test } from "bun:test";
import { KeyedMutex } from "./keyed-mutex.ts";

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("KeyedMutex", () => {
  test("serializes callers of one key in the order of their calls", async () => {
    const mutex = new KeyedMutex();
    const entered: string[] = [];
    const enter = async (name: string) => {
      const release = await mutex.acquire("key");
      entered.push(name);
      return release;
    };
    const releaseFirst = await enter("first");
    const second = enter("second");
    const third = enter("third");
    await settle();
    expect(entered).toEqual(["first"]);
    releaseFirst();
    const releaseSecond = await second;
    await settle();
    expect(entered).toEqual(["first", "second"]);
    releaseSecond();
    await third;
    expect(entered).toEqual(["first", "second", "third"]);
  });

  test("does not block other keys", async () => {
    const mutex = new KeyedMutex();
    await mutex.acquire("one");
    expect(await mutex.acquire("two")).toBeFunction();
  });

  test("reports busy keys", async () => {
    const mutex = new KeyedMutex();
    expect(mutex.isBusy("key")).toBe(false);
    const release = await mutex.acquire("key");
    expect(mutex.isBusy("key")).toBe(true);
    release();
    expect(mutex.isBusy("key")).toBe(false);
  });

  test("reports a key as busy while callers wait", async () => {
    const mutex = new KeyedMutex();
    const release = await mutex.acquire("key");
    const next = mutex.acquire("key");
    release();
    expect(mutex.isBusy("key")).toBe(true);
    (await next)();
    expect(mutex.isBusy("key")).toBe(false);
  });

  test("throws the signal's reason if it aborts while waiting", async () => {
    const mutex = new KeyedMutex();
    await mutex.acquire("key");
    const controller = new AbortController();
    const waiting = mutex.acquire("key", controller.signal);
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  test("throws at once if the signal has aborted and the key is busy", async () => {
    const mutex = new KeyedMutex();
    await mutex.acquire("key");
    const reason = new Error("too late");
    await expect(mutex.acquire("key", AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test("keeps later callers waiting if one before them gave up", async () => {
    const mutex = new KeyedMutex();
    const release = await mutex.acquire("key");
    const controller = new AbortController();
    const givesUp = mutex.acquire("key", controller.signal).catch(() => undefined);
    let entered = false;
    const last = mutex.acquire("key").then((leave) => {
      entered = true;
      leave();
    });
    controller.abort();
    await givesUp;
    await settle();
    expect(entered).toBe(false);
    release();
    await last;
    expect(entered).toBe(true);
    expect(mutex.isBusy("key")).toBe(false);
  });
});

test("does not admit others when a waiter gives up", async () => {
  const mutex = new KeyedMutex();
  const release = await mutex.acquire("key");
  const gone = new AbortController();
  const second = mutex.acquire("key", gone.signal).catch(() => "gave up");
  gone.abort(new Error("no longer"));
  expect(await second).toBe("gave up");
  let entered = false;
  const third = mutex.acquire("key").then((free) => {
    entered = true;
    free();
  });
  await settle();
  expect(entered).toBe(false);
  release();
  await third;
  expect(entered).toBe(true);
});
