import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { deps } from "../../../test/support/admin-request.ts";
import { until } from "../../../test/support/eventually.ts";
import { HOSTILE_REQUESTS } from "../../../test/support/hostile-requests.ts";
import { openRaw, sendRaw } from "../../../test/support/raw-http.ts";
import { type AdminServer, serveAdmin } from "../admin-server.ts";
import { adminApp } from "../index.ts";

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

test("it listens on IPv6", async () => {
  const other = await serveAdmin(adminApp(deps()), "::1", 0);
  expect(other.url).toBe(`http://[::1]:${other.port}`);
  expect((await fetch(`${other.url}/livez`)).status).toBe(200);
  await other.stop();
});
