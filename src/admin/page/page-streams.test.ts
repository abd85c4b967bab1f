import { describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { until } from "../../../test/support/eventually.ts";
import { pageWorld } from "../../../test/support/page/page-world.ts";
import { serveAdmin } from "../admin-server.ts";
import { PageStreams } from "./page-streams.ts";

/** The page behind a real server. */
async function served(more: Parameters<typeof pageWorld>[0] = {}) {
  const world = pageWorld(more);
  const server = await serveAdmin(world.app, "127.0.0.1", 0);
  return { ...world, server, [Symbol.asyncDispose]: () => server.stop() };
}

/** Reads a stream until its text contains something. */
async function readUntil(response: Response, text: string): Promise<string> {
  let all = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    all += decoder.decode(chunk, { stream: true });
    if (all.includes(text)) break;
  }
  return all;
}

describe("the events of the page", () => {
  test("begin with the whole page, and then have only what changes", async () => {
    await using world = await served();
    const response = await fetch(`${world.server.url}/events`);
    expect(response.headers.get("content-type")).toStartWith("text/event-stream");
    const reader = response.body?.getReader();
    const next = async () => {
      const message = new TextDecoder().decode((await reader?.read())?.value);
      return JSON.parse(/^event: regions\ndata: (.*)\n\n$/.exec(message)?.[1] ?? "") as object;
    };
    expect(Object.keys(await next())).toEqual(["state", "running", "checks", "hour", "ended"]);
    const execution = world.begin("aex-1");
    expect(Object.keys(await next())).toEqual(["running"]);
    execution.end({ phase: "completed" });
    expect(Object.keys(await next()).sort()).toEqual(["ended", "hour", "running"]);
    await reader?.cancel();
  });

  test("have the execution that is shown in detail", async () => {
    await using world = await served();
    world.begin("aex-1");
    expect(await readUntil(await fetch(`${world.server.url}/events?execution=aex-1`), "\n\n")).toContain('"detail":');
  });

  test("end for a reader that leaves, and for all when the runner stops", async () => {
    const world = await served();
    const leaving = new AbortController();
    await readUntil(await fetch(`${world.server.url}/events`, { signal: leaving.signal }), "\n\n");
    leaving.abort();
    await until("the stream ends", () => world.streams.count === 0);
    const staying = await fetch(`${world.server.url}/events`);
    await until("the stream is open", () => world.streams.count === 1);
    world.streams.close();
    await staying.text();
    expect((await fetch(`${world.server.url}/events`)).status).toBe(503);
    await world.server.stop();
  });

  test("are for a limited number of readers", async () => {
    const streams = new PageStreams({ maxStreams: 1 });
    await using world = await served();
    const limited = pageWorld({ page: { ...world, streams } });
    const first = await limited.ask("/events");
    const second = await limited.ask("/events");
    expect([first.status, second.status, second.headers.get("retry-after")]).toEqual([200, 503, "10"]);
    await first.body?.cancel();
    expect((await limited.ask("/events")).status).toBe(200);
    streams.close();
  });

  test("are kept alive, and end after a while", async () => {
    const streams = new PageStreams({ intervalMs: 1, heartbeatMs: 5, maxAgeMs: 200 });
    const stream = streams.open(() => Promise.resolve(undefined), new AbortController().signal);
    expect(await new Response(stream).text()).toStartWith(": still here\n\n: still here\n\n");
    expect(streams.count).toBe(0);
  });

  test("end for a reader that does not read, and use bounded memory until then", async () => {
    const streams = new PageStreams({ intervalMs: 1, bytesPerMs: 1024 * 1024, readLimitMs: 500 });
    const large = "x".repeat(1024 * 1024);
    let made = 0;
    const open = () =>
      streams.open(() => {
        made++;
        return Promise.resolve(large);
      }, new AbortController().signal);
    const server = Bun.serve({ port: 0, hostname: "127.0.0.1", idleTimeout: 0, fetch: () => new Response(open()) });
    const socket = connect(server.port ?? 0, "127.0.0.1");
    socket.on("connect", () => socket.pause().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    await until("the stream is open", () => streams.count === 1);
    await until("the stream ends", () => streams.count === 0);
    expect(made).toBeLessThan(50);
    socket.destroy();
    await server.stop(true);
  });
});
