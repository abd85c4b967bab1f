import { describe, expect, test } from "bun:test";
import { ExecutionGate } from "./execution-gate.ts";

const never = new AbortController().signal;

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("a gate", () => {
  test("lets as many in as its limit says", async () => {
    const gate = new ExecutionGate(2);
    await gate.enter(never);
    await gate.enter(never);
    let entered = false;
    void gate.enter(never).then(() => {
      entered = true;
    });
    await settle();
    expect(entered).toBe(false);
  });

  test("lets those who wait in one for each that leaves, in the order they came", async () => {
    const gate = new ExecutionGate(1);
    const order: string[] = [];
    const enter = async (name: string) => {
      const leave = await gate.enter(never);
      order.push(name);
      return leave;
    };
    const leaveFirst = await enter("first");
    const second = enter("second");
    const third = enter("third");
    leaveFirst();
    await settle();
    expect(order).toEqual(["first", "second"]);
    (await second)();
    (await third)();
    expect(order).toEqual(["first", "second", "third"]);
    expect(await gate.enter(never)).toBeFunction();
  });

  test("gives a place back only once, however often one leaves", async () => {
    const gate = new ExecutionGate(1);
    const leave = await gate.enter(never);
    leave();
    leave();
    await gate.enter(never);
    let entered = false;
    void gate.enter(never).then(() => {
      entered = true;
    });
    await settle();
    expect(entered).toBe(false);
  });

  test("throws the signal's reason when it aborts while waiting, and keeps the place for the next", async () => {
    const gate = new ExecutionGate(1);
    const leave = await gate.enter(never);
    const controller = new AbortController();
    const givesUp = gate.enter(controller.signal);
    const next = gate.enter(never);
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await expect(givesUp).rejects.toBe(reason);
    leave();
    expect(await next).toBeFunction();
  });

  test("does not let in whose signal has aborted already, though there is a place", async () => {
    const gate = new ExecutionGate(1);
    const reason = new Error("too late");
    await expect(gate.enter(AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await gate.enter(never)).toBeFunction();
  });

  test("does not care for the signal of one that is inside", async () => {
    const gate = new ExecutionGate(1);
    const first = await gate.enter(never);
    const controller = new AbortController();
    const second = gate.enter(controller.signal);
    const third = gate.enter(never);
    first();
    const leave = await second;
    controller.abort();
    leave();
    expect(await third).toBeFunction();
  });
});

test("one that gives up at the moment its turn comes does not take another one's place", async () => {
  const gate = new ExecutionGate(1);
  const leave = await gate.enter(never);
  const gone = new AbortController();
  const second = gate.enter(gone.signal);
  const third = gate.enter(never);
  leave();
  gone.abort(new Error("no longer"));
  (await second)();
  const leaveThird = await third;
  // The only place is the third one's: nobody else comes in before it is given back.
  let entered = false;
  const fourth = gate.enter(never).then(() => {
    entered = true;
  });
  await settle();
  expect(entered).toBe(false);
  leaveThird();
  await fourth;
});
