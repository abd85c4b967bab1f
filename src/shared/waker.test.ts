import { expect, test } from "bun:test";
import { pause } from "../../test/support/eventually.ts";
import { Waker } from "./waker.ts";

const never = new AbortController().signal;
const LONG = 1e6;

test("a waiter sleeps until it is woken or its time is over", async () => {
  const waker = new Waker();
  let awake = false;
  const waiting = waker.wait(LONG, never).then(() => {
    awake = true;
  });
  await pause(5);
  expect(awake).toBe(false);
  waker.wake();
  await waiting;
  await waker.wait(1, never);
});

test("an early wake-up is remembered once", async () => {
  const waker = new Waker();
  waker.wake();
  waker.wake();
  await waker.wait(LONG, never);
  let awake = false;
  void waker.wait(LONG, never).then(() => {
    awake = true;
  });
  await pause(5);
  expect(awake).toBe(false);
  waker.wake();
});

test("a waiter wakes up if its signal aborts before or during its sleep", async () => {
  const controller = new AbortController();
  const waiting = new Waker().wait(LONG, controller.signal);
  controller.abort();
  await waiting;
  await new Waker().wait(LONG, controller.signal);
});
