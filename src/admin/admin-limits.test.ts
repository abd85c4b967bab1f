import { afterEach, describe, expect, test } from "bun:test";
import { deps } from "../../test/support/admin-request.ts";
import { until } from "../../test/support/eventually.ts";
import { openRaw, sendRaw } from "../../test/support/raw-http.ts";
import { createLogger, type Logger } from "../log/index.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { type AdminServer, type ServeOptions, serveAdmin } from "./admin-server.ts";
import { adminApp } from "./index.ts";
import { LIMITS } from "./server/limits.ts";

const CLIENTS = 1_000;
/** Answers that nobody reads take memory: more than there may be connections, and not many more. */
const UNREAD = 400;
const HEAD = "HTTP/1.1\r\nHost: localhost\r\n";
/** Of a request that does not end. */
const START = "GET /livez HTTP/1.1\r\n";
/** More than the buffers of a connection hold. */
const page = { contentType: "text/plain", text: "x".repeat(4 * 1024 * 1024) };

const open: AdminServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});

async function serve(limits: ServeOptions["limits"] = {}, more: Parameters<typeof deps>[0] = {}, log?: Logger) {
  const app = adminApp(deps({ metrics: async () => page, ...more }));
  const server = await serveAdmin(app, "127.0.0.1", 0, { limits, log });
  open.push(server);
  return server;
}

const probe = async ({ url }: AdminServer) =>
  (await fetch(`${url}/livez`, { headers: { connection: "close" } })).status;

describe("clients", () => {
  test.each([
    [CLIENTS, "send nothing", ""],
    [CLIENTS, "stop in a header", START],
    [CLIENTS, "stop in a body", `POST /shutdown ${HEAD}Content-Length: 1000\r\n\r\n{`],
    [UNREAD, "do not read", `GET /metrics ${HEAD}\r\n`],
  ])(
    "%d that %s do not keep a probe out, and are cut",
    async (total, _, text) => {
      const server = await serve();
      const clients: Awaited<ReturnType<typeof openRaw>>[] = [];
      for (let count = 0; count < total; count += 50) {
        clients.push(
          ...(await Promise.all(Array.from({ length: 50 }, () => openRaw(server.port, text, { reads: false })))),
        );
        expect(await probe(server)).toBe(200);
        expect(server.connections).toBeLessThanOrEqual(LIMITS.connections);
      }
      // Who does not read does not notice that it was cut either.
      await until("all are cut", () => server.connections === 0);
      for (const { socket } of clients) socket.destroy();
    },
    240_000,
  );
});

describe("a client", () => {
  test("that sends its header byte by byte is told that it takes too long, and cut", async () => {
    const server = await serve({ headerMs: 500, checkEveryMs: 50 });
    const { socket, closed } = await openRaw(server.port, START);
    let received = "";
    socket.on("data", (bytes) => (received += bytes.toString()));
    const drip = setInterval(() => socket.write("X: y\r\n"), 20);
    await closed;
    clearInterval(drip);
    expect(received).toStartWith("HTTP/1.1 408 Request Timeout\r\n");
    expect(received).toContain('"code":"request-timeout"');
  });

  test("that sends its body byte by byte is told that it takes too long, and cut", async () => {
    const server = await serve({ requestMs: 500, headerMs: 400, checkEveryMs: 50 });
    const { socket, closed } = await openRaw(server.port, `POST /shutdown ${HEAD}Content-Length: 60000\r\n\r\n`);
    let received = "";
    socket.on("data", (bytes) => (received += bytes.toString()));
    const drip = setInterval(() => socket.write(" "), 20);
    await closed;
    clearInterval(drip);
    expect(received).toStartWith("HTTP/1.1 408 ");
  });

  test("that sends requests without reading the answers is cut, and little is kept for it", async () => {
    let made = 0;
    const metrics = async () => {
      made++;
      return page;
    };
    const server = await serve({}, { metrics });
    const { socket } = await openRaw(server.port, `GET /metrics ${HEAD}\r\n`.repeat(200), { reads: false });
    await until("it is cut", () => server.connections === 0 && made > 0);
    expect(made).toBeLessThanOrEqual(LIMITS.pipelined);
    socket.destroy();
  });

  test("that was refused and never closes its connection does not keep it", async () => {
    const server = await serve();
    const client = await openRaw(server.port, "nonsense\r\n\r\n", { reads: false });
    await until("the server closes it", () => server.connections === 0);
    client.socket.destroy();
  });
});

describe("at the limit of connections", () => {
  test("the oldest that waits for its client makes room", async () => {
    const lines: string[] = [];
    const write = (line: string) => void lines.push(line);
    const log = createLogger({ level: "warn", format: "text", mask: new SecretMask(), write });
    const server = await serve({ connections: 3 }, {}, log);
    const waiting = async (count: number) => {
      const client = await openRaw(server.port, START);
      // The kernel passes a connection on when something was sent.
      await until("it is accepted", () => server.connections === count);
      return client;
    };
    const [first, second, third] = [await waiting(1), await waiting(2), await waiting(3)];
    expect(await probe(server)).toBe(200);
    await first.closed;
    expect(lines).toEqual([expect.stringContaining("The admin server has 3 connections, its limit")]);
    expect([second.socket.destroyed, third.socket.destroyed]).toEqual([false, false]);
  });

  test("a request that waits for the end of the runner keeps its connection", async () => {
    const ended = Promise.withResolvers<void>();
    const server = await serve({ connections: 2 }, { ended: ended.promise });
    const waiting = sendRaw(
      server.port,
      `POST /shutdown?wait=true ${HEAD}Content-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    await until("it is there", () => server.connections === 1);
    for (let count = 0; count < 10; count++) {
      await openRaw(server.port, START);
      expect(await probe(server)).toBe(200);
    }
    ended.resolve();
    expect((await waiting).text).toContain('"state":"stopped"');
  });
});
