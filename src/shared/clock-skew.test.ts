import { expect, test } from "bun:test";
import { clockResult, skewResult } from "./clock-skew.ts";

function serverAt(offsetMs: number | "none") {
  let count = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => {
      count++;
      const date = offsetMs === "none" ? "soon" : new Date(Date.now() + offsetMs).toUTCString();
      return new Response("", { headers: { date } });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/`,
    asked: () => count,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}
const ask = (...urls: string[]) => clockResult(urls, new AbortController().signal);

test("a clock that agrees with a server passes", async () => {
  await using server = serverAt(0);
  expect(await ask(server.url)).toMatchObject({
    status: "ok",
    detail: expect.stringMatching(/^as that of 127\.0\.0\.1:/),
  });
});

test("one that is far away has failed, in either direction", async () => {
  await using ahead = serverAt(-3_600_000);
  await using behind = serverAt(3_600_000);
  expect(await ask(ahead.url)).toMatchObject({
    status: "failed",
    detail: expect.stringContaining("ahead of that of 127"),
  });
  const { status, detail, remedies } = await ask(behind.url);
  expect([status, detail, remedies.length]).toEqual(["failed", expect.stringContaining("behind that of 127"), 1]);
});

test("a redirect tells the time too, and its target is not asked", async () => {
  await using target = serverAt(3_600_000);
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.redirect(target.url, 302) });
  try {
    expect((await ask(`http://127.0.0.1:${server.port}/`)).status).toBe("ok");
    expect(target.asked()).toBe(0);
  } finally {
    await server.stop(true);
  }
});

test("half a minute is the limit of what passes, five minutes that of a warning", () => {
  const status = (skew: number) => skewResult({ skew, host: "a" }).status;
  expect([30_000, -30_000, 30_001, -300_000, 300_001].map(status)).toEqual([
    "ok",
    "ok",
    "warning",
    "warning",
    "failed",
  ]);
});

test("without a server that tells its time it is skipped, one of several is enough", async () => {
  await using silent = serverAt("none");
  await using server = serverAt(0);
  expect((await ask(silent.url, "http://127.0.0.1:9/")).status).toBe("skipped");
  expect((await ask()).status).toBe("skipped");
  expect((await ask(silent.url, "http://127.0.0.1:9/", server.url)).status).toBe("ok");
});

test("the first server that tells its time is believed, and no other is asked", async () => {
  await using first = serverAt(0);
  await using second = serverAt(3_600_000);
  expect((await ask(first.url, second.url)).status).toBe("ok");
  expect([first.asked(), second.asked()]).toEqual([1, 0]);
});

test("the time of an answer with a long body counts", async () => {
  using server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: () => new Response("x".repeat(3_000_000), { headers: { date: new Date().toUTCString() } }),
  });
  expect((await ask(`http://127.0.0.1:${server.port}/`)).status).toBe("ok");
});
