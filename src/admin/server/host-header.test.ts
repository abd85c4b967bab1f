import { afterAll, beforeAll, expect, test } from "bun:test";
import { deps } from "../../../test/support/admin-request.ts";
import { sendRaw } from "../../../test/support/raw-http.ts";
import { type AdminServer, serveAdmin } from "../admin-server.ts";
import { adminApp } from "../index.ts";

let server: AdminServer;
let drains = 0;
beforeAll(async () => {
  const lifecycle = { ...deps().lifecycle, requestDrain: () => void drains++ };
  server = await serveAdmin(adminApp(deps({ lifecycle })), "127.0.0.1", 0, { mustBeLoopback: true });
});
afterAll(() => server.stop());

/** As a page whose name an attacker has pointed to this machine. */
const send = (target: string, header: string, method = "POST") =>
  sendRaw(server.port, `${method} ${target} HTTP/1.1\r\n${header}Content-Length: 0\r\nConnection: close\r\n\r\n`);

test.each([
  ["/shutdown", "Host: evil.example\r\n", 403],
  ["/shutdown", "Host: evil.example\r\nHost: localhost\r\n", 400],
  ["/shutdown", "Host: localhost\r\nHost: evil.example\r\n", 400],
  ["/shutdown", "Host: localhost, evil.example\r\n", 403],
  ["/shutdown", "Host: localhost@evil.example\r\n", 403],
  ["/shutdown", "Host: evil.example#localhost\r\n", 403],
  ["/shutdown", "Host: localhost.evil.example\r\n", 403],
  ["/shutdown", "Host: 127.0.0.1.evil.example\r\n", 403],
  ["/shutdown", "Host: [::1].evil.example\r\n", 403],
  ["/shutdown", "Host: \r\nX-Forwarded-Host: localhost\r\nOrigin: http://evil.example\r\n", 403],
  ["/shutdown", "Host: evil.example\r\nX-Forwarded-Host: localhost\r\n", 403],
  ["/shutdown", "Host: evil.example\r\nOrigin: http://evil.example\r\n", 403],
  ["http://localhost/shutdown", "Host: evil.example\r\n", 400],
  ["http://evil.example/shutdown", "Host: localhost\r\n", 400],
  ["http://evil.example/shutdown", "Host: evil.example\r\n", 403],
  ["http://evil.example/shutdown", "", 403],
  ["http://localhost@evil.example/shutdown", "Host: evil.example\r\n", 403],
  ["//localhost/shutdown", "Host: evil.example\r\n", 403],
])("%s with %j is refused", async (target, header, status) => {
  expect((await send(target, header)).status).toBe(status);
  expect(drains).toBe(0);
});

test.each([
  ["/config", "Host: localhost\r\n"],
  ["/config", "Host: LOCALHOST:1\r\n"],
  ["/config", "Host: [::1]:8790\r\n"],
  ["/config", ""],
  ["http://localhost/config", "Host: localhost\r\n"],
  ["http://LocalHost:8790/config?x=1", "Host: LOCALHOST:8790\r\n"],
])("%s with %j is served", async (target, header) => {
  expect((await send(target, header, "GET")).status).toBe(200);
});
