import { describe, expect, setSystemTime, test } from "bun:test";
import type { SlotPermit } from "@temporalio/worker";
import { ExecutionSlots, MAX_OPEN_POLLS, MAX_OTHER_ACTIVITIES, MAX_WAITING_EXECUTIONS } from "./execution-slots.ts";

const EXECUTE = "ExecuteGraphton";
const never = new AbortController().signal;

/** Lets everything that is ready to run do so. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A task of a type arrives by a request that was open. */
function arrive(slots: ExecutionSlots, permit: SlotPermit, activityType: string): void {
  slots.markSlotUsed({ permit, slotInfo: { type: "activity", activityType } });
}

/** Asks for a task, which has to be allowed. */
function request(slots: ExecutionSlots): SlotPermit {
  const permit = slots.tryReserveSlot();
  if (permit === null) throw new Error("no request was allowed");
  return permit;
}

/** Slots with the given number of executions in them. */
function busy(limit: number, executions: number) {
  const slots = new ExecutionSlots(limit, EXECUTE);
  const permits = Array.from({ length: executions }, () => {
    const permit = request(slots);
    arrive(slots, permit, EXECUTE);
    return permit;
  });
  return { slots, permits };
}

describe("slots below the limit", () => {
  test("are given out for as many tasks as executions may still run", () => {
    const { slots } = busy(3, 1);
    request(slots);
    request(slots);
    expect(slots.tryReserveSlot()).toBeNull();
  });
});

describe("a worker that asks for slots", () => {
  const clocked = (limit: number) => {
    let now = 0;
    const slots = new ExecutionSlots(limit, EXECUTE, () => now);
    return { slots, pass: (ms: number) => (now += ms) };
  };

  test("is not idle while a poll is open, or while it waits because it may not poll", async () => {
    const { slots, pass } = clocked(1);
    slots.allow(0);
    const stop = new AbortController();
    const waiting = slots.reserveSlot(undefined, stop.signal);
    waiting.catch(() => undefined);
    pass(90_000);
    expect(slots.idleMs).toBe(0);
    slots.allow(Number.POSITIVE_INFINITY);
    const permit = await waiting;
    pass(90_000);
    expect(slots.idleMs).toBe(0);
    slots.releaseSlot({ permit } as never);
    pass(10);
    expect(slots.idleMs).toBe(10);
  });

  test("is measured by a clock that a corrected wall clock does not move", () => {
    const slots = new ExecutionSlots(1, EXECUTE);
    setSystemTime(new Date(Date.now() + 3_600_000));
    try {
      expect(slots.idleMs).toBeLessThan(60_000);
      request(slots);
      setSystemTime(new Date(Date.now() + 3_600_000));
      expect(slots.unansweredMs).toBeLessThan(60_000);
    } finally {
      setSystemTime();
    }
  });

  test("is idle if it does not ask any more, and not when the slots are closed", () => {
    const { slots, pass } = clocked(1);
    pass(90_000);
    expect(slots.idleMs).toBe(90_000);
    request(slots);
    expect(slots.idleMs).toBe(0);
    slots.close();
    expect(slots.idleMs).toBe(0);
  });
});

describe("slots at the limit", () => {
  test("leave one poll open for short activities", () => {
    const { slots } = busy(2, 2);
    const permit = request(slots);
    expect(slots.tryReserveSlot()).toBeNull();
    arrive(slots, permit, "EnsureThread");
    expect(slots.tryReserveSlot()).not.toBeNull();
  });

  test("let an arriving execution wait here and open the next poll", () => {
    const { slots } = busy(2, 2);
    arrive(slots, request(slots), EXECUTE);
    expect(slots.tryReserveSlot()).not.toBeNull();
  });

  test("do not exceed the number of executions that may wait", () => {
    const { slots } = busy(1, 1 + MAX_WAITING_EXECUTIONS);
    expect(slots.tryReserveSlot()).toBeNull();
  });
});

describe("slots of other activities", () => {
  test("do not count as executions", () => {
    const slots = new ExecutionSlots(2, EXECUTE);
    for (let count = 0; count < 10; count++) arrive(slots, request(slots), "EnsureThread");
    request(slots);
    request(slots);
    expect(slots.tryReserveSlot()).toBeNull();
  });

  test("have their own limit", () => {
    const slots = new ExecutionSlots(2, EXECUTE);
    for (let count = 0; count < MAX_OTHER_ACTIVITIES; count++) arrive(slots, request(slots), "EnsureThread");
    expect(slots.tryReserveSlot()).toBeNull();
  });
});

describe("waiting for a slot", () => {
  test("ends when executions have ended", async () => {
    const { slots, permits } = busy(3, 3);
    request(slots);
    let reserved = false;
    const waiting = slots.reserveSlot({}, never).then(() => {
      reserved = true;
    });
    const [first, second] = permits;
    // The place of the first one is for what arrives by the open request.
    slots.releaseSlot({ permit: first ?? {} });
    await settle();
    expect(reserved).toBe(false);
    slots.releaseSlot({ permit: second ?? {} });
    await waiting;
    expect(reserved).toBe(true);
  });

  test("ends when an open poll is released unused", async () => {
    const { slots } = busy(1, 1);
    const open = request(slots);
    const waiting = slots.reserveSlot({}, never);
    slots.releaseSlot({ permit: open });
    expect(await waiting).toBeObject();
  });

  test("ends when the type of the polled task is known", async () => {
    const { slots } = busy(1, 1);
    const open = request(slots);
    const waiting = slots.reserveSlot({}, never);
    arrive(slots, open, "CleanupSandbox");
    expect(await waiting).toBeObject();
  });

  test("ends with the signal's reason when it aborts", async () => {
    const { slots } = busy(1, 1);
    request(slots);
    const controller = new AbortController();
    const waiting = slots.reserveSlot({}, controller.signal);
    const reason = new Error("the worker stops");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  test("does not block a free slot", async () => {
    expect(await new ExecutionSlots(1, EXECUTE).reserveSlot({}, never)).toBeObject();
  });
});

describe("open polls", () => {
  test("are limited to a small number, however many executions may run", () => {
    const { slots } = busy(100, 0);
    for (let count = 0; count < MAX_OPEN_POLLS; count++) request(slots);
    expect([slots.tryReserveSlot(), slots.openPolls]).toEqual([null, MAX_OPEN_POLLS]);
  });

  test("do not exceed the allowed executions", async () => {
    const { slots } = busy(10, 0);
    slots.allow(0);
    expect(slots.tryReserveSlot()).toBeNull();
    const waiting = slots.reserveSlot({}, never);
    slots.allow(1);
    const permit = await waiting;
    expect(slots.tryReserveSlot()).toBeNull();
    arrive(slots, permit, "EnsureThread");
    arrive(slots, request(slots), EXECUTE);
    expect(slots.tryReserveSlot()).toBeNull();
    slots.allow(Number.POSITIVE_INFINITY);
    expect(slots.tryReserveSlot()).not.toBeNull();
  });

  test("are not opened after closing, whatever ends", () => {
    const { slots, permits } = busy(2, 2);
    slots.close();
    for (const permit of permits) slots.releaseSlot({ permit });
    slots.allow(Number.POSITIVE_INFINITY);
    expect(slots.tryReserveSlot()).toBeNull();
  });

  test("are awaited until each was answered, with or without a task", async () => {
    const { slots } = busy(10, 0);
    const [first, second] = [request(slots), request(slots)];
    let answered = false;
    const waiting = slots.pollsAnswered(never).then(() => {
      answered = true;
    });
    arrive(slots, first, EXECUTE);
    await settle();
    expect(answered).toBe(false);
    slots.releaseSlot({ permit: second });
    await waiting;
    expect(slots.openPolls).toBe(0);
  });

  test("are no longer awaited when the signal aborts", async () => {
    const { slots } = busy(10, 0);
    request(slots);
    const controller = new AbortController();
    const waiting = slots.pollsAnswered(controller.signal);
    controller.abort(new Error("in time"));
    await expect(waiting).rejects.toThrow("in time");
    await expect(slots.pollsAnswered(AbortSignal.abort(new Error("before")))).rejects.toThrow("before");
  });

  test("report since when none was answered, and 0 if none is open", () => {
    let now = 1_000_000;
    const slots = new ExecutionSlots(10, EXECUTE, () => now);
    now += 500_000;
    expect(slots.unansweredMs).toBe(0);
    const [first, second] = [request(slots), request(slots)];
    now += 80_000;
    expect(slots.unansweredMs).toBe(80_000);
    slots.releaseSlot({ permit: first });
    now += 1_000;
    expect(slots.unansweredMs).toBe(1_000);
    slots.releaseSlot({ permit: second });
    expect(slots.unansweredMs).toBe(0);
  });
});
