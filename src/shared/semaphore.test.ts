import { describe, expect, test } from "bun:test";
import { Semaphore } from "./semaphore.ts";

const never = new AbortController().signal;

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a gate", () => {
  test("lets as many in as its limit says", async () => {
    const gate = new Semaphore(2);
    await gate.acquire(never);
    await gate.acquire(never);
    let entered = false;
    void gate.acquire(never).then(() => {
      entered = true;
    });
    await settle();
    expect(entered).toBe(false);
  });

  test("lets those who wait in one for each that leaves, in the order they came", async () => {
    const gate = new Semaphore(1);
    const order: string[] = [];
    const acquire = async (name: string) => {
      const leave = await gate.acquire(never);
      order.push(name);
      return leave;
    };
    const leaveFirst = await acquire("first");
    const second = acquire("second");
    const third = acquire("third");
    leaveFirst();
    await settle();
    expect(order).toEqual(["first", "second"]);
    (await second)();
    (await third)();
    expect(order).toEqual(["first", "second", "third"]);
    expect(await gate.acquire(never)).toBeFunction();
  });

  test("gives a place back only once, however often one leaves", async () => {
    const gate = new Semaphore(1);
    const leave = await gate.acquire(never);
    leave();
    leave();
    await gate.acquire(never);
    let entered = false;
    void gate.acquire(never).then(() => {
      entered = true;
    });
    await settle();
    expect(entered).toBe(false);
  });

  test("throws the signal's reason when it aborts while waiting, and keeps the place for the next", async () => {
    const gate = new Semaphore(1);
    const leave = await gate.acquire(never);
    const controller = new AbortController();
    const givesUp = gate.acquire(controller.signal);
    const next = gate.acquire(never);
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await expect(givesUp).rejects.toBe(reason);
    leave();
    expect(await next).toBeFunction();
  });

  test("does not let in whose signal has aborted already, though there is a place", async () => {
    const gate = new Semaphore(1);
    const reason = new Error("too late");
    await expect(gate.acquire(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await gate.acquire(never)).toBeFunction();
  });

  test("does not care for the signal of one that is inside", async () => {
    const gate = new Semaphore(1);
    const first = await gate.acquire(never);
    const controller = new AbortController();
    const second = gate.acquire(controller.signal);
    const third = gate.acquire(never);
    first();
    const leave = await second;
    controller.abort();
    leave();
    expect(await third).toBeFunction();
  });
});

test("one that gives up at the moment its turn comes does not take another one's place", async () => {
  const gate = new Semaphore(1);
  const leave = await gate.acquire(never);
  const gone = new AbortController();
  const second = gate.acquire(gone.signal);
  const third = gate.acquire(never);
  leave();
  gone.abort(new Error("no longer"));
  (await second)();
  const leaveThird = await third;
  // The only place is the third one's: nobody else comes in before it is given back.
  let entered = false;
  const fourth = gate.acquire(never).then(() => {
    entered = true;
  });
  await settle();
  expect(entered).toBe(false);
  leaveThird();
  await fourth;
});
