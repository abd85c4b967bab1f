import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { deps } from "../../../test/support/admin-request.ts";
import { until } from "../../../test/support/eventually.ts";
import { HOSTILE_REQUESTS } from "../../../test/support/hostile-requests.ts";
import { openRaw, sendRaw } from "../../../test/support/raw-http.ts";
import { type AdminServer, type ServeOptions, serveAdmin } from "../admin-server.ts";
import type { CallBindings } from "../call-log.ts";
import { adminApp } from "../index.ts";
import { MAX_WAITING } from "../routes/shutdown.ts";

const token = "12345678";
let server: AdminServer;
let drains = 0;
beforeAll(async () => {
  const lifecycle = { ...deps().lifecycle, requestDrain: () => void drains++ };
  server = await serveAdmin(adminApp(deps({ token, lifecycle })), "127.0.0.1", 0);
});
afterAll(() => server.stop());

const authorized = `Host: localhost\r\nAuthorization: Bearer ${token}\r\n`;

test.each([...HOSTILE_REQUESTS])("$name is answered or cut off", async ({ text, statuses }) => {
  const { status, headers, body, text: all } = await sendRaw(server.port, text);
  expect(statuses).toContain(status);
  if (status >= 400) {
    expect(JSON.parse(body)).toEqual({
      error: {
        code: expect.any(String),
        message: expect.any(String),
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    });
    expect(headers.get("cache-control")).toBe("no-store");
  }
  if (status === 405) expect(headers.get("allow")).toContain("GET");
  expect(all).not.toContain("smuggled");
  expect(all).not.toContain("stack");
});

test("nothing of that has drained the runner, and the server still answers", async () => {
  expect(drains).toBe(0);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  await until("all connections are closed", () => server.connections <= 1);
});

describe("a connection", () => {
  test("is kept alive, and answers pipelined requests in their order", async () => {
    const path = (name: string, more = "") => `GET /${name} HTTP/1.1\r\n${authorized}${more}\r\n`;
    const text = path("livez") + path("config") + path("readyz", "Connection: close\r\n");
    const { socket, closed } = await openRaw(server.port, text);
    let received = "";
    socket.on("data", (bytes) => (received += bytes.toString()));
    await closed;
    expect(received.match(/HTTP\/1\.1 200/g)).toHaveLength(3);
    expect(received.indexOf('"settings"')).toBeLessThan(received.indexOf('"reasons"'));
  });

  test("that its client closes for writing is still answered", async () => {
    const { socket, closed } = await openRaw(server.port, "");
    let received = "";
    socket.on("data", (bytes) => (received += bytes.toString()));
    socket.end("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await closed;
    expect(received).toContain('{"status":"ok"}');
  });
});

test("the body of a request arrives, in chunks too", async () => {
  const body = '{"mode":"nonsense"}';
  const chunks = `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  for (const rest of [`Content-Length: ${body.length}\r\n\r\n${body}`, chunks]) {
    const answer = await sendRaw(server.port, `POST /shutdown HTTP/1.1\r\n${authorized}${rest}`);
    expect([answer.status, answer.body.includes("the body is wrong")]).toEqual([400, true]);
  }
  const empty = await sendRaw(server.port, `POST /shutdown HTTP/1.1\r\n${authorized}Content-Length: 0\r\n\r\n`);
  expect(empty.status).toBe(202);
});

test("the answer to HEAD has the headers of GET, and neither a body nor a false length", async () => {
  const answer = await sendRaw(server.port, `HEAD /config HTTP/1.1\r\n${authorized}Connection: close\r\n\r\n`);
  expect([
    answer.status,
    answer.headers.get("content-type"),
    answer.headers.get("content-length"),
    answer.body,
  ]).toEqual([200, "application/json", undefined, ""]);
});

describe("an answer that comes in parts", () => {
  /** As the events of the page: without an end. */
  async function streaming(part: Uint8Array, limits: ServeOptions["limits"] = {}) {
    let [made, isCancelled] = [0, false];
    const stream = () =>
      new ReadableStream<Uint8Array>(
        {
          pull: async (controller) => {
            made++;
            await Bun.sleep(1);
            controller.enqueue(part);
          },
          cancel: () => {
            isCancelled = true;
          },
        },
        { highWaterMark: 0 },
      );
    const app = {
      fetch: (_: Request, { keepOpen }: CallBindings) => {
        keepOpen?.();
        return new Response(stream());
      },
    };
    const other = await serveAdmin(app, "127.0.0.1", 0, { limits });
    return {
      port: other.port,
      url: other.url,
      connections: () => other.connections,
      made: () => made,
      isCancelled: () => isCancelled,
      [Symbol.asyncDispose]: () => other.stop(),
    };
  }

  test("is cut if its client does not read it, and little is kept in memory until then", async () => {
    const part = Buffer.alloc(1024 * 1024);
    await using other = await streaming(part, { readMs: 300 });
    const { socket } = await openRaw(other.port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", { reads: false });
    await until("it is cut", () => other.isCancelled() && other.connections() === 0);
    // What the buffers of the system hold.
    expect(other.made()).toBeLessThan(30);
    socket.destroy();
  });

  test("goes on while its client reads, and ends when the client leaves", async () => {
    await using other = await streaming(Buffer.from("part"), {
      readMs: 300,
      idleMs: 300,
      requestMs: 300,
      headerMs: 300,
    });
    const leaving = new AbortController();
    const response = await fetch(other.url, { signal: leaving.signal });
    await until("much was sent", () => other.made() > 500);
    expect([other.isCancelled(), response.status]).toEqual([false, 200]);
    leaving.abort();
    await until("it ends", () => other.isCancelled() && other.connections() === 0);
  });
});

test("a request that waits for the end does not count as waiting after its client has left", async () => {
  const ended = Promise.withResolvers<void>();
  let waiting = 0;
  const lifecycle = { ...deps().lifecycle, requestDrain: () => void waiting++ };
  const other = await serveAdmin(adminApp(deps({ lifecycle, ended: ended.promise })), "127.0.0.1", 0);
  const wait = `POST /shutdown?wait=true HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`;
  for (let count = 0; count < MAX_WAITING + 5; count++) {
    const { socket } = await openRaw(other.port, wait);
    await until("it waits", () => waiting === count + 1);
    socket.destroy();
    await until("it has left", () => other.connections === 0);
  }
  const last = fetch(`${other.url}/shutdown?wait=true`, { method: "POST" });
  ended.resolve();
  expect((await last).status).toBe(200);
  await other.stop();
});

test("it listens on IPv6", async () => {
  const other = await serveAdmin(adminApp(deps()), "::1", 0);
  expect(other.url).toBe(`http://[::1]:${other.port}`);
  expect((await fetch(`${other.url}/livez`)).status).toBe(200);
  await other.stop();
});
