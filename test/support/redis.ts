/** A real Redis server for tests: on a free port, without persistence, stopped with the test. */
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import type { RedisConfig } from "../../src/config/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { eventually } from "./eventually.ts";
import { type ServerProcess, startServerProcess } from "./server-process/server-process.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface TestRedis {
  readonly config: RedisConfig;
  /** Kills the server as a crash would; what was saved is there again after a restart. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Keeps the server from answering, as one that hangs; its connections stay. */
  hang(): void;
  /** Lets it go on. */
  resume(): void;
  /** Runs a command as whoever may do everything. */
  command(...words: string[]): Promise<unknown>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TestRedisOptions {
  readonly password?: string;
  /** Certificate and key: the server then speaks TLS only. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** The CA that clients trust. */
  readonly caFile?: string;
  /** Its certificate is wrong: nobody can connect. */
  readonly unreachable?: boolean;
  /** Keeps what is written over a restart. */
  readonly persistent?: boolean;
  /** It refuses whoever connects as the runner does, and is ready when it answers a PING. */
  readonly mode?: "cluster" | "sentinel";
  /** More arguments of the server. */
  readonly args?: readonly string[];
}

export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const { password, tls, caFile, persistent = false, unreachable = false, mode, args: more = [] } = options;
  const executable = Bun.which("redis-server");
  if (executable === null)
    throw new Error("the tests need redis-server on the PATH: run them with scripts/test, which gets it");
  const folder = await temporaryFolder();
  const [port = 0, busPort = 0] = await freePorts(2);
  const config: RedisConfig = {
    host: "127.0.0.1",
    port,
    db: 0,
    threadTtlMs: 600_000,
    eventsTtlMs: 600_000,
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: caFile === undefined ? {} : { caFile } }),
  };
  const ports =
    tls === undefined
      ? ["--port", `${port}`]
      : [
          "--port",
          "0",
          "--tls-port",
          `${port}`,
          "--tls-cert-file",
          tls.certFile,
          "--tls-key-file",
          tls.keyFile,
          "--tls-auth-clients",
          "no",
        ];
  const args = [
    ...ports,
    ...[
      "--bind",
      "127.0.0.1",
      "--dir",
      folder.path,
      "--save",
      "",
      "--appendonly",
      persistent ? "yes" : "no",
      "--appendfsync",
      "always",
    ],
    ...(password === undefined ? [] : ["--requirepass", password]),
    ...more,
  ];
  const flags =
    mode === "sentinel"
      ? ["--sentinel"]
      : mode === "cluster"
        ? ["--cluster-enabled", "yes", "--cluster-port", String(busPort)]
        : [];
  let server: ServerProcess | undefined;
  const start = async () => {
    const file = mode === "sentinel" ? [await sentinelFile(folder.path, port)] : args;
    server = startServerProcess([executable, ...file, ...flags]);
    if (unreachable || mode !== undefined) await eventually(() => listening(port));
    else await eventually(async () => (await RedisConnection.open(config, silentLogger)).close());
  };
  const kill = async () => {
    server?.kill("SIGKILL");
    await server?.exited;
  };
  await start();
  return {
    config,
    kill,
    restart: start,
    hang: () => server?.kill("SIGSTOP"),
    resume: () => server?.kill("SIGCONT"),
    command: async (name = "", ...words) => {
      const client = new Redis({
        host: config.host,
        port,
        db: config.db,
        enableReadyCheck: false,
        maxRetriesPerRequest: 0,
        ...(password === undefined ? {} : { password }),
      });
      // The command fails too, and says why.
      client.on("error", () => undefined);
      try {
        return await client.call(name, ...words);
      } finally {
        client.disconnect();
      }
    },
    [Symbol.asyncDispose]: async () => {
      await kill();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function listening(port: number): Promise<void> {
  (await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => undefined } })).end();
}

/** A Sentinel requires a writable configuration file. */
async function sentinelFile(folder: string, port: number): Promise<string> {
  const path = join(folder, "sentinel.conf");
  await Bun.write(path, `bind 127.0.0.1\nport ${port}\ndir ${folder}\nsentinel monitor primary 127.0.0.1 1 1\n`);
  return path;
}
