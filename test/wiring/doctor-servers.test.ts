/** What `doctor` says of Temporal and the Stigmer backend: who polls, certificates, and servers that do not behave. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { formatIdentity } from "../../src/temporal/index.ts";
import { pollAs } from "../support/poll-as.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { runDoctor } from "../support/run-doctor.ts";
import { type Service, startTemporal } from "../support/services/index.ts";
import { listeners, type Ports, type TlsPeople, tlsPeople } from "../support/tls-cases.ts";

const open = new AsyncDisposableStack();
let temporal: Service;
let redis: TestRedis;
let people: TlsPeople;
let ports: Ports;
beforeAll(async () => {
  temporal = open.use(await startTemporal());
  redis = open.use(await startRedis());
  people = open.use(await tlsPeople());
  ports = await listeners(temporal.port, people, open);
});
afterAll(() => open.disposeAsync());

const local = (port: number, more: Readonly<Record<string, string>> = {}) =>
  runDoctor({ MODE: "local", ADMIN_PORT: "0", TEMPORAL_SERVICE_ADDRESS: `localhost:${port}`, ...more });

describe("the task queue", () => {
  test("may have no poller before the start, and asking makes none", async () => {
    const env = { TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: "unpolled" };
    for (const run of [await local(temporal.port, env), await local(temporal.port, env)])
      expect(run.check("temporal.queue")).toMatchObject({ status: "ok", detail: "unpolled: nobody polls it" });
  });

  test("is failed in cloud mode if runners poll it that do not share this Redis, as at the start", async () => {
    const queue = "shared";
    const identity = formatIdentity({ pid: 7, host: "elsewhere", pidNamespace: "1", group: "another" });
    await using _ = await pollAs(temporal, queue, identity);
    const cloud = () =>
      runDoctor({
        TEMPORAL_SERVICE_ADDRESS: `${temporal.host}:${temporal.port}`,
        TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: queue,
        REDIS_HOST: "127.0.0.1",
        REDIS_PORT: String(redis.config.port),
      });
    expect((await cloud()).check("temporal.queue")).toMatchObject({
      status: "failed",
      detail: expect.stringContaining("7@elsewhere"),
      remedies: expect.arrayContaining([expect.stringContaining("REDIS_HOST")]),
    });
    await redis.command("SET", "stigmer:agent-runner:group", "another");
    expect((await cloud()).check("temporal.queue")).toMatchObject({
      status: "ok",
      detail: expect.stringMatching(/^shared: 1 worker polls it \(7@elsewhere .* ago\)$/),
    });
    const withoutRedis = await runDoctor({
      TEMPORAL_SERVICE_ADDRESS: `${temporal.host}:${temporal.port}`,
      TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: queue,
      REDIS_HOST: "127.0.0.1",
      REDIS_PORT: "9",
    });
    expect(withoutRedis.check("temporal.queue")).toMatchObject({
      status: "skipped",
      detail: expect.stringContaining("whether its runners share this Redis cannot be asked"),
    });
    const run = await local(temporal.port, { TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: queue });
    expect(run.check("temporal.queue").status).toBe("ok");
  });
});

describe("certificates", () => {
  const tls = (port: keyof Ports) =>
    local(ports[port], { TEMPORAL_TLS: "true", TEMPORAL_TLS_SERVER_CA_CERT_PATH: people.authority.caFile });

  test("are explained as at the start", async () => {
    expect((await tls("secure")).check("temporal")).toMatchObject({
      status: "ok",
      detail: expect.stringContaining(", TLS"),
    });
    const expired = await tls("expired");
    expect(expired.check("temporal")).toMatchObject({
      status: "failed",
      detail: expect.stringContaining("expired on"),
    });
    // It is reported once.
    expect(expired.check("temporal.queue").status).toBe("skipped");
    expect((await tls("otherHost")).check("temporal").detail).toContain("is for elsewhere.example");
    expect((await tls("mutual")).check("temporal").detail).toContain("wants a client certificate");
    expect((await local(ports.secure)).check("temporal").detail).toContain("it speaks TLS");
  });

  test("that are right for an IP address are accepted", async () => {
    const run = await local(ports.secure, {
      TEMPORAL_SERVICE_ADDRESS: `127.0.0.1:${ports.secure}`,
      TEMPORAL_TLS: "true",
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: people.authority.caFile,
    });
    expect(run.check("temporal")).toMatchObject({
      status: "ok",
      detail: expect.stringContaining("namespace default, TLS"),
    });
  });
});

describe("servers that do not behave", () => {
  const kinds: readonly (readonly [string, (socket: Socket) => void])[] = [
    ["never answers", () => undefined],
    ["closes at once", (socket) => socket.destroy()],
    ["answers with garbage", (socket) => socket.write("\0\u0001\u0002 not what you think\n")],
    [
      "dribbles",
      (socket) => {
        const timer = setInterval(() => socket.write("H"), 50);
        socket.on("close", () => clearInterval(timer));
      },
    ],
    [
      "never ends",
      (socket) => {
        const more = () => {
          while (!socket.destroyed && socket.write("x".repeat(65_536)));
        };
        socket.on("drain", more);
        more();
      },
    ],
  ];
  for (const [what, behave] of kinds)
    test(`one that ${what} has failed, and all other checks are answered`, async () => {
      await using server = await hostile(behave);
      const address = `127.0.0.1:${server.port}`;
      const run = await runDoctor({
        TEMPORAL_SERVICE_ADDRESS: address,
        STIGMER_BACKEND_ENDPOINT: address,
        STIGMER_API_KEY: "not-a-token",
        REDIS_HOST: "127.0.0.1",
        REDIS_PORT: String(server.port),
        DAYTONA_API_KEY: "dtn_key",
        DAYTONA_API_URL: `http://${address}/api`,
        ADMIN_PORT: String(server.port),
      });
      expect(run.exitCode).toBe(1);
      for (const id of ["temporal", "stigmer", "redis", "admin"])
        expect([id, run.check(id).status, run.check(id).remedies.length > 0]).toEqual([id, "failed", true]);
      if (what === "answers with garbage")
        for (const id of ["temporal", "stigmer"])
          expect([id, run.check(id).detail]).toEqual([id, expect.stringContaining("but does not speak gRPC")]);
      // The start goes on without an answer of Daytona.
      expect(run.check("daytona").status).toMatch(/failed|warning/);
      for (const id of ["program", "limits.memory", "directories.data"])
        expect([id, run.check(id).status]).toEqual([id, "ok"]);
      for (const { id, detail } of run.checks.values()) expect([id, detail.length]).toEqual([id, expect.any(Number)]);
    });
});

async function hostile(behave: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    behave(socket);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
