import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TemporalConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { humanDuration, sleep } from "../../shared/time.ts";
import { connectTemporal, type NativeConnection } from "../../temporal/index.ts";
import { DevError } from "../dev-error.ts";
import { temporalExecutable } from "./executable.ts";

/** How long a server may take to answer; the first start makes its database. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Runs the server and waits for the end of its standard input, which comes also when this process is killed: the server
 * never outlives it. In a session of its own, so that Ctrl-C at a terminal reaches this process alone, which needs the
 * server until it has stopped itself.
 */
const KEEPER = '"$@" & server=$!; cat >/dev/null; kill $server 2>/dev/null; wait $server';

export interface TemporalServerOptions {
  readonly config: TemporalConfig;
  readonly dataDir: string;
  readonly path: string | undefined;
  readonly log: Logger;
}

/** A Temporal to work with: one that was there, or one of our own. */
export interface LocalTemporal {
  readonly connection: NativeConnection;
  stop(): Promise<void>;
}

/** Connects to Temporal where one is reachable; else starts a development server. @throws DevError */
export async function localTemporal(options: TemporalServerOptions): Promise<LocalTemporal> {
  const { config, log } = options;
  try {
    const connection = await connectTemporal(config);
    log.info(`Using the Temporal that is running at ${config.address}`);
    return { connection, stop: () => connection.close() };
  } catch (error) {
    const host = config.address.slice(0, config.address.lastIndexOf(":"));
    if (LOCAL.test(host) && config.tls === undefined) return await startServer(options);
    throw new DevError("not-local", `${messageOf(error)}; a development server can only be started on this machine`, [
      "Start that Temporal, or unset TEMPORAL_SERVICE_ADDRESS to use one that is started here.",
    ]);
  }
}

async function startServer({ config, dataDir, path, log }: TemporalServerOptions): Promise<LocalTemporal> {
  const executable = await temporalExecutable(path, log);
  const port = config.address.slice(config.address.lastIndexOf(":") + 1);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const logFile = join(dataDir, "temporal.log");
  const started = Date.now();
  log.info(`Starting a Temporal development server on port ${port} …`);
  const server = spawnServer(executable, logFile, [
    ...["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", port, "--log-level", "warn"],
    ...["--namespace", config.namespace, "--db-filename", join(dataDir, "temporal.db")],
  ]);
  try {
    const connection = await connectWhenReady(config, server, logFile);
    log.info(`Temporal is ready after ${humanDuration(Date.now() - started)} (its log: ${logFile})`);
    return {
      connection,
      stop: async () => {
        await connection.close();
        await stopServer(server);
      },
    };
  } catch (error) {
    await stopServer(server);
    throw error;
  }
}

function spawnServer(executable: string, logFile: string, args: readonly string[]): ChildProcess {
  const output = openSync(logFile, "w", 0o600);
  try {
    return spawn("/bin/sh", ["-c", KEEPER, "sh", executable, ...args], {
      detached: true,
      stdio: ["pipe", output, output],
    });
  } finally {
    closeSync(output);
  }
}

async function connectWhenReady(
  config: TemporalConfig,
  server: ChildProcess,
  logFile: string,
): Promise<NativeConnection> {
  const end = Date.now() + START_LIMIT_MS;
  for (;;) {
    try {
      return await connectTemporal(config);
    } catch (error) {
      if (server.exitCode === null && Date.now() < end && !hasFailed(logFile)) {
        await sleep(100);
        continue;
      }
      const said = readFileSync(logFile, "utf8").trim().split("\n").slice(-5).join("\n");
      throw new DevError(
        "temporal-failed",
        `The Temporal development server did not start: ${said || messageOf(error)}`,
        [
          `Look into ${logFile}.`,
          "If its database is damaged or of another version, remove temporal.db beside it.",
          "If the port is taken, set TEMPORAL_SERVICE_ADDRESS=localhost:<another port>.",
        ],
      );
    }
  }
}

/** The keeper goes on when its server has ended: what the server says at its end tells. */
function hasFailed(logFile: string): boolean {
  return /^Error: |address already in use/m.test(readFileSync(logFile, "utf8"));
}

async function stopServer(server: ChildProcess): Promise<void> {
  const exited = server.exitCode === null ? once(server, "exit") : Promise.resolve();
  server.stdin?.end();
  const over = new AbortController();
  await Promise.race([exited, sleep(STOP_LIMIT_MS, over.signal)]);
  over.abort();
  if (server.exitCode === null && server.pid !== undefined) process.kill(-server.pid, "SIGKILL");
}
