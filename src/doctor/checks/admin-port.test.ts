import { afterEach, expect, test } from "bun:test";
import { createServer, type Server, type Socket } from "node:net";
import { inspectConfig } from "../../config/index.ts";
import { adminPortCheck } from "./admin-port.ts";

const HEALTH = {
  status: "ok",
  state: "running",
  mode: "local",
  version: "1.2.3",
  uptimeSeconds: 5,
  inFlight: 0,
  deadline: null,
  checks: [],
};

const open = new Set<() => void>();
afterEach(() => {
  for (const close of open) close();
  open.clear();
});

async function ask(env: Readonly<Record<string, string>>) {
  const { config } = inspectConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" });
  return await adminPortCheck(config).run(new AbortController().signal);
}

function http(answer: (path: string) => Response): string {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: ({ url }) => answer(new URL(url).pathname) });
  open.add(() => void server.stop(true));
  return String(server.port);
}

async function raw(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  open.add(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return String(typeof address === "object" ? address?.port : 0);
}

test("a port that nobody listens on is free", async () => {
  const port = await raw(() => undefined);
  for (const close of open) close();
  expect(await ask({ ADMIN_PORT: port })).toEqual({ status: "ok", detail: `127.0.0.1:${port} is free`, remedies: [] });
  expect((await ask({ ADMIN_PORT: "0" })).detail).toBe("any free port of 127.0.0.1");
});

test("a runner that runs here is recognized, whatever state it is in", async () => {
  const port = http((path) => Response.json(path === "/livez" ? { status: "ok" } : HEALTH));
  expect(await ask({ ADMIN_PORT: port })).toEqual({
    status: "ok",
    detail: `agent-runner 1.2.3 runs at 127.0.0.1:${port} already, in local mode`,
    remedies: [],
  });
  const blocked = http((path) =>
    path === "/livez"
      ? Response.json({ status: "blocked", reasons: ["for 6 s"] }, { status: 503 })
      : Response.json({ ...HEALTH, status: "not ready" }, { status: 503 }),
  );
  expect((await ask({ ADMIN_PORT: blocked })).status).toBe("ok");
});

test("on all addresses, the runner is asked on loopback", async () => {
  const port = http((path) => Response.json(path === "/livez" ? { status: "ok" } : HEALTH));
  expect((await ask({ ADMIN_HOST: "0.0.0.0", ADMIN_TOKEN: "x".repeat(32), ADMIN_PORT: port })).status).toBe("ok");
});

const STRANGERS: readonly (readonly [string, (path: string) => Response])[] = [
  ["a web page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
  ["another program with /livez", () => Response.json({ status: "ok" })],
  ["one that says more", (path) => Response.json(path === "/livez" ? { status: "ok", name: "x" } : HEALTH)],
  ["a redirect", () => Response.redirect("http://127.0.0.1:9/", 302)],
  [
    "a name with control characters",
    (path) => Response.json(path === "/livez" ? { status: "ok" } : { ...HEALTH, version: "\u001b[2J" }),
  ],
  ["a very long answer", () => new Response(`"${"x".repeat(200_000)}"`)],
];
for (const [name, answer] of STRANGERS)
  test(`${name} is another program`, async () => {
    const { status, detail, remedies } = await ask({ ADMIN_PORT: http(answer) });
    expect([status, detail]).toEqual(["failed", expect.stringContaining("another program uses the port")]);
    expect(remedies.join(" ")).toContain("ADMIN_PORT");
  });

test("a server that never answers, and one whose answer never ends, are other programs", async () => {
  const silent = await raw(() => undefined);
  const endless = await raw((socket) => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const more = () => {
      while (!socket.destroyed && socket.write("x".repeat(16_384)));
    };
    socket.on("drain", more);
    more();
  });
  const garbage = await raw((socket) => socket.end("\0\u0001 no HTTP"));
  for (const port of [silent, endless, garbage]) {
    const { status, detail } = await ask({ ADMIN_PORT: port });
    expect([status, detail]).toEqual(["failed", expect.stringContaining("another program uses the port")]);
  }
});

test("an address of another machine, and a host that does not exist, are refused as at the start", async () => {
  const token = { ADMIN_TOKEN: "x".repeat(32) };
  const foreign = await ask({ ADMIN_HOST: "192.0.2.1", ...token });
  expect([foreign.status, foreign.remedies.join(" ")]).toEqual(["failed", expect.stringContaining("another machine")]);
  const unknown = await ask({ ADMIN_HOST: "no-such-host.invalid", ...token });
  expect(unknown.status).toBe("failed");
});

test("without valid settings it is skipped", async () => {
  expect((await ask({ ADMIN_PORT: "x" })).status).toBe("skipped");
});
