import { expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { testAuthority } from "../../test/support/certificates.ts";
import { fetchFailure } from "./fetch-failure.ts";

/** What is said of a server that answers so. */
async function failureOf(answer: (socket: Socket) => void, init: RequestInit = {}): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    const response = await fetch(`http://127.0.0.1:${port}/secret-path`, init);
    return `HTTP ${response.status}: ${await response.text()}`;
  } catch (error) {
    return fetchFailure(error, 250);
  } finally {
    server.close();
  }
}

const says = (text: string) => (socket: Socket) => void socket.end(text);
const redirect = "HTTP/1.1 302 Found\r\nlocation: /\r\nconnection: close\r\n\r\n";

test.each([
  ["it does not speak HTTP", says("220 mail.example ESMTP\r\n\r\n"), {}],
  ["the connection was closed before the answer was complete", says(""), {}],
  ["the connection was closed before the answer was complete", (socket: Socket) => socket.resetAndDestroy(), {}],
  [
    "the connection was closed before the answer was complete",
    says("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc"),
    {},
  ],
  ["its answer is not valid HTTP", says("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzzz\r\n"), {}],
  [
    "its answer cannot be decompressed",
    says("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc"),
    {},
  ],
  ["its answer is not valid HTTP", says("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n"), {}],
  ["it redirects to another address, which is not followed", says(redirect), { redirect: "error" }],
  ["it redirects too many times", says(redirect), {}],
  ["no answer within 0.25 s", () => undefined, { signal: AbortSignal.timeout(250) }],
] as const)("says that %s", async (expected, answer, init) => {
  expect(await failureOf(answer, init)).toBe(expected);
});

test("says what is wrong with TLS", async () => {
  await using authority = await testAuthority();
  const { cert, key } = await authority.issue("localhost");
  const secure = Bun.serve({ hostname: "127.0.0.1", port: 0, tls: { cert, key }, fetch: () => new Response("") });
  const plain = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("") });
  const failure = (port: number | undefined) =>
    fetch(`https://localhost:${port}/`).then(String, (error: unknown) => fetchFailure(error));
  try {
    expect(await failure(secure.port)).toMatch(/^its certificate is not accepted: .*certificate/);
    expect(await failure(plain.port)).toBe(
      "the TLS handshake failed; if it does not use TLS, its URL must begin with http://",
    );
  } finally {
    await Promise.all([secure.stop(true), plain.stop(true)]);
  }
});

test("says that nothing listens, and of other failures what Bun says without its hint", async () => {
  const refused = await fetch("http://127.0.0.1:1/").catch((error: unknown) => fetchFailure(error, 1_000));
  expect(refused).toBe("connection refused: nothing listens there");
  const odd = new Error('Odd fetching "http://u:p@h/?key=SECRET". For more information, pass `verbose: true` in it');
  expect(fetchFailure(odd, 1_000)).toBe("Odd");
});
