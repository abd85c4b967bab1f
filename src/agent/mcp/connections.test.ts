import { expect, test } from "bun:test";
import { acquireListening, acquireRequest, CallShare } from "./connections.ts";

test("streams that stay open leave connections for everything else in this process", async () => {
  const held = Array.from({ length: 300 }, acquireListening);
  const got = held.filter((release) => release !== undefined);
  expect(got.length).toBe(80);
  (await acquireRequest(undefined))();
  got[0]?.();
  got[0]?.();
  const again = [acquireListening(), acquireListening()];
  expect(again).toEqual([expect.any(Function), undefined]);
  for (const release of [...got, ...again]) release?.();
});

test("a request waits for a connection, and can be given up", async () => {
  const held = await Promise.all(Array.from({ length: 80 }, async () => await acquireRequest(undefined)));
  const controller = new AbortController();
  const waiting = acquireRequest(controller.signal);
  controller.abort(new Error("given up"));
  await expect(waiting).rejects.toThrow("given up");
  const next = acquireRequest(undefined);
  held[0]?.();
  (await next)();
  for (const release of held) release();
});

test("calls of an execution that hang leave connections for those of others", async () => {
  const { signal } = new AbortController();
  const share = new CallShare();
  const held = await Promise.all(Array.from({ length: 20 }, async () => await share.acquire(signal)));
  const end = new AbortController();
  const waiting = Array.from({ length: 100 }, async () => await share.acquire(end.signal));
  const others = new CallShare();
  for (let call = 0; call < 20; call++) held.push(await others.acquire(signal));
  held[0]?.();
  (await waiting[0])?.();
  end.abort(new Error("given up"));
  const results = await Promise.allSettled(waiting.slice(2));
  expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  await waiting[1]?.then((release) => release()).catch(() => undefined);
  for (const release of held) release();
});
