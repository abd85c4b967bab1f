import { expect, test } from "bun:test";
import { deps } from "../../test/support/admin-request.ts";
import { createLogger } from "../log/index.ts";
import { systemCode } from "../shared/errors.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { adminApp, serveAdmin } from "./index.ts";

const app = adminApp(deps());

test("port 0 takes any free port, until the server is stopped", async () => {
  const server = await serveAdmin(app, "127.0.0.1", 0);
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  expect((await fetch(`${server.url}/livez`)).status).toBe(200);
  await server.stop();
  await expect(fetch(`${server.url}/livez`)).rejects.toThrow();
});

/** Sends raw text and resolves with the answer. */
async function sendRaw(port: number, text: string): Promise<string> {
  const closed = Promise.withResolvers<string>();
  let answer = "";
  await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      open: (socket) => void socket.write(text),
      data: (_, bytes) => {
        answer += bytes.toString();
      },
      close: () => closed.resolve(answer),
      error: (_, error) => closed.reject(error),
    },
  });
  return await closed.promise;
}

test.each(["", "Host:\r\n", "Host: a b\r\n", "Host: /x\r\n", "Host: [::1\r\n"])(
  "a probe without a usable host is served: %j",
  async (host) => {
    const server = await serveAdmin(app, "127.0.0.1", 0);
    const version = host === "" ? "HTTP/1.0" : "HTTP/1.1";
    const answer = await sendRaw(server.port, `GET /livez?x=1 ${version}\r\n${host}Connection: close\r\n\r\n`);
    expect(answer).toStartWith("HTTP/1.1 200");
    await server.stop();
  },
);

test("a port that is taken fails with the system's error", async () => {
  const server = await serveAdmin(app, "127.0.0.1", 0);
  try {
    await serveAdmin(app, "127.0.0.1", server.port);
    expect.unreachable();
  } catch (error) {
    expect(systemCode(error)).toBe("EADDRINUSE");
  } finally {
    await server.stop();
  }
});

test("a host that does not resolve fails with the resolver's error", async () => {
  const error = await serveAdmin(app, "nothing.invalid", 0).catch((reason: unknown) => reason);
  expect(["ENOTFOUND", "EAI_AGAIN"]).toContain(systemCode(error) ?? "");
});

test("without a token only a loopback address is listened on, whatever the name says", async () => {
  const listen = (host: string) => serveAdmin(app, host, 0, { mustBeLoopback: true });
  for (const host of ["0.0.0.0", "::", "[::]", "0", "::ffff:0.0.0.0", "0.0.0.0.", "0x0"]) {
    const error = await listen(host).catch((reason: unknown) => reason);
    expect([host, ["ENOTLOOPBACK", "ENOTFOUND", "EAI_AGAIN"].includes(systemCode(error) ?? "")]).toEqual([host, true]);
  }
  for (const host of ["127.0.0.1", "127.0.0.2", "::1", "[::1]", "localhost"]) await (await listen(host)).stop();
});

test("a refused call is logged with the address that it came from", async () => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = createLogger({ level: "info", format: "text", mask: new SecretMask(), write });
  const server = await serveAdmin(adminApp(deps({ token: "12345678", log })), "127.0.0.1", 0);
  const answer = await fetch(`${server.url}/shutdown`, { method: "POST" });
  const { error } = (await answer.json()) as { error: { requestId: string } };
  expect(lines.join("")).toContain("WARN - Refused POST /shutdown from 127.0.0.1: ");
  expect(lines.join("")).toContain(`requestId=${error.requestId}`);
  await server.stop();
});
