import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { type TestAuthority, testAuthority } from "../../test/support/certificates.ts";
import { startTlsProxy, type TlsProxy } from "../../test/support/tls-proxy.ts";
import { probeTcp, probeTls, speaksTls } from "./port-probe.ts";

const host = "localhost";
const open = new AsyncDisposableStack();
let authority: TestAuthority;
/** Sends the given bytes, then closes. */
let echo: number;
let silent: number;
let nobody: number;
let secure: TlsProxy;
let mutual: TlsProxy;

beforeAll(async () => {
  authority = open.use(await testAuthority());
  echo = await listen((socket) => socket.on("data", (data) => socket.end(data)));
  silent = await listen(() => undefined);
  [nobody = 0] = await freePorts(1);
  const certificate = await authority.issue("server");
  secure = open.use(await startTlsProxy({ to: echo, certificate }));
  mutual = open.use(await startTlsProxy({ to: echo, certificate, clientCa: authority.ca }));
});
afterAll(() => open.disposeAsync());

async function listen(serve: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    serve(socket);
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  open.defer(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("port probe without TLS", () => {
  test("returns the answer", async () => {
    const seen = await probeTcp({ host, port: echo }, "hello");
    expect(seen.connected).toBe(true);
    expect(seen.answer?.toString()).toBe("hello");
  });

  test("connects without sending anything", async () => {
    expect(await probeTcp({ host, port: silent })).toMatchObject({ connected: true });
  });

  test("reports a closed port and an unknown host", async () => {
    expect(await probeTcp({ host, port: nobody })).toMatchObject({ connected: false, error: { code: "ECONNREFUSED" } });
    const stranger = await probeTcp({ host: "no-such-host.invalid", port: nobody });
    expect(stranger.connected).toBe(false);
    expect(stranger.error?.code).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });

  test("ends in time if the port is silent", async () => {
    const seen = await probeTcp({ host, port: silent }, "hello");
    expect(seen).toEqual({ connected: true, closed: false });
  });
});

describe("port probe with TLS", () => {
  test("returns the answer to the HTTP/2 preface", async () => {
    const seen = await probeTls({ host, port: secure.port }, { ca: authority.ca });
    expect(seen).toMatchObject({ connected: true });
    expect(seen.certificate).toBeUndefined();
    expect(seen.answer?.toString()).toStartWith("PRI * HTTP/2.0");
  });

  test("returns an invalid certificate and its problem, and sends nothing more", async () => {
    const seen = await probeTls({ host, port: secure.port }, { ca: authority.ca, serverName: "elsewhere.example" });
    expect(seen.certificate?.peer.subjectaltname).toContain("localhost");
    expect(seen.answer).toBeUndefined();
    expect((await probeTls({ host, port: secure.port }, {})).certificate?.code).toMatch(/UNABLE_TO|SELF_SIGNED/);
  });

  test("detects that a client certificate is required", async () => {
    const without = await probeTls({ host, port: mutual.port }, { ca: authority.ca });
    expect(without.answer).toBeUndefined();
    const client = await authority.issue("client");
    const seen = await probeTls({ host, port: mutual.port }, { ca: authority.ca, client });
    expect(seen.answer?.toString()).toStartWith("PRI");
  });

  test("detects plaintext and silent servers", async () => {
    const seen = await probeTls({ host, port: echo }, {});
    expect(seen.connected).toBe(false);
    expect(seen.error ?? seen.closed).toBeTruthy();
    expect(await probeTls({ host, port: silent }, {})).toEqual({ connected: false, closed: false });
  });
});

test("a port is recognized as TLS with any certificate", async () => {
  expect(await speaksTls({ host, port: secure.port })).toBe(true);
  expect(await speaksTls({ host, port: mutual.port })).toBe(true);
  expect(await speaksTls({ host, port: echo })).toBe(false);
  expect(await speaksTls({ host, port: nobody })).toBe(false);
});
