import { afterAll, describe, expect, test } from "bun:test";
import { isPending } from "../../../test/support/eventually.ts";
import { Answers } from "./answers.ts";
import { acquireListening, acquireRequest, CallShare } from "./connections.ts";
import { type Exchange, inExchange } from "./exchange.ts";
import { serverFetch } from "./server-fetch.ts";

/** A server whose bodies begin and do not end. */
const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === "/silent") return new Promise(() => undefined);
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode(" ")),
    });
    const type = pathname === "/json" ? "application/json" : "text/event-stream";
    return new Response(body, { status: pathname === "/refusal" ? 500 : 200, headers: { "content-type": type } });
  },
});
afterAll(() => server.stop(true));

const HOUR = 3_600_000;
const SUBSCRIPTION = { method: "POST", headers: { "mcp-method": "subscriptions/listen" } };
const at = (path: string) => new URL(path, server.url);
const fetchFor = (limitMs: number) =>
  serverFetch({
    policy: undefined,
    answers: new Answers(),
    attempt: { limitMs, queued: 0 },
    calls: new CallShare(),
    isStreamOptional: true,
  });

describe("a request to a server over HTTP", () => {
  test("ends with its signal while its name is looked up, and was not sent", async () => {
    const policy = { check: async () => await new Promise<never>(() => undefined) };
    const fetch = serverFetch({
      policy,
      answers: new Answers(),
      attempt: { limitMs: HOUR, queued: 0 },
      calls: new CallShare(),
      isStreamOptional: true,
    });
    const { signal, abort } = controllerOf("cancelled");
    const exchange = { isBegun: false, isUnsent: false };
    const response = inExchange(exchange, async () => await fetch(at("/silent"), { method: "POST", signal }));
    abort();
    await expect(response).rejects.toThrow("cancelled");
    expect<object>(exchange).toEqual({ isBegun: true, isUnsent: true, waitsFor: "the look-up of the name" });
  });

  test("has a limit unless it is a call or a stream", async () => {
    const fetch = fetchFor(50);
    const limited = [
      { path: "/silent", method: "POST" },
      { path: "/refusal", method: "POST" },
      { path: "/refusal", method: "GET" },
      { path: "/json", method: "GET" },
    ];
    for (const { path, method } of limited) {
      const text = fetch(at(path), { method }).then(async (response) => await response.text());
      await expect(text).rejects.toThrow("It did not answer within");
    }
    const { signal, abort } = controllerOf("cancelled");
    const call = inExchange({ isBegun: false, isUnsent: false }, async () => {
      return await fetch(at("/silent"), { method: "POST", signal });
    });
    const streams = [await fetch(at("/stream"), { signal }), await fetch(at("/stream"), { ...SUBSCRIPTION, signal })];
    const texts = streams.map(async (stream) => await stream.text());
    // Longer than the limit; a slow machine makes the test weaker only.
    await Bun.sleep(200);
    expect(await Promise.all([call, ...texts].map(isPending))).toEqual([true, true, true]);
    abort();
    for (const ended of [call, ...texts]) await expect(ended).rejects.toThrow("cancelled");
  });

  test("holds its connection up to the end of its body, also if nobody reads that", async () => {
    const held = await Promise.all(Array.from({ length: 79 }, async () => await acquireRequest(undefined)));
    const { signal, abort } = controllerOf("cancelled");
    await fetchFor(HOUR)(at("/json"), { method: "POST", signal });
    const next = acquireRequest(undefined);
    expect(await isPending(next)).toBe(true);
    abort();
    expect(await isPending(next)).toBe(false);
    (await next)();
    for (const release of held) release();
  });

  test("waits for other calls of its execution if it is a call, and only then", async () => {
    const calls = new CallShare();
    const held = await Promise.all(
      Array.from({ length: 20 }, async () => await calls.acquire(new AbortController().signal)),
    );
    const { signal, abort } = controllerOf("cancelled");
    const fetch = serverFetch({
      policy: undefined,
      answers: new Answers(),
      attempt: { limitMs: HOUR, queued: 0 },
      calls,
      isStreamOptional: true,
    });
    const exchange: Exchange = { isBegun: false, isUnsent: false };
    const call = inExchange(exchange, async () => await fetch(at("/stream"), { method: "POST", signal }));
    await fetch(at("/stream"), { method: "POST", signal });
    expect(await isPending(call)).toBe(true);
    expect(exchange.waitsFor).toBe("a free connection");
    held[0]?.();
    expect((await call).status).toBe(200);
    abort();
    for (const release of held) release();
  });

  test("for a stream takes none of the connections of calls", async () => {
    const { signal, abort } = controllerOf("cancelled");
    await fetchFor(HOUR)(at("/stream"), { ...SUBSCRIPTION, signal });
    const calls = Promise.all(Array.from({ length: 80 }, async () => await acquireRequest(undefined)));
    expect(await isPending(calls)).toBe(false);
    for (const release of await calls) release();
    const streams = Array.from({ length: 80 }, acquireListening);
    expect(streams.filter((release) => release === undefined)).toHaveLength(1);
    expect((await fetchFor(HOUR)(at("/stream"), SUBSCRIPTION)).status).toBe(405);
    for (const release of streams) release?.();
    abort();
  });
});

function controllerOf(reason: string) {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error(reason)) };
}
