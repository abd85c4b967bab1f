import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { deps } from "../../test/support/admin-request.ts";
import type { AdminServer } from "./admin-server.ts";
import { adminApp, serveAdmin } from "./index.ts";

const CLIENTS = 1_000;
/** Each sends something, and then never what the server waits for. */
const STARTS = [
  "",
  "GET /livez HTTP/1.1\r\n",
  "POST /shutdown HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n",
] as const;

let server: AdminServer;
beforeAll(async () => {
  server = await serveAdmin(adminApp(deps({ token: "12345678" })), "127.0.0.1", 0);
});
afterAll(() => server.stop());

function slowClient(start: string): Promise<{ socket: Socket; closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => {
      socket.on("error", () => undefined);
      const closed = new Promise<void>((done) => socket.once("close", () => done()));
      socket.resume();
      if (start !== "") socket.write(start);
      resolve({ socket, closed });
    });
    socket.once("error", reject);
  });
}

test("1,000 slow clients are cut, and probes are answered meanwhile", async () => {
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, n) => slowClient(STARTS[n % STARTS.length] ?? "")),
  );
  const probe = await fetch(`${server.url}/livez`, { headers: { connection: "close" } });
  expect(probe.status).toBe(200);
  await Promise.all(clients.map(({ closed }) => closed));
}, 120_000);

test("a body that is too large for any request is refused before it is read", async () => {
  const body = "x".repeat(64 * 1024 + 1);
  const authorization = "Bearer 12345678";
  const response = await fetch(`${server.url}/shutdown`, { method: "POST", body, headers: { authorization } });
  expect(response.status).toBe(413);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
});
