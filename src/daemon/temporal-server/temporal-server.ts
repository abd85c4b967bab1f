import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TemporalConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { humanDuration, sleep, untilAborted } from "../../shared/time.ts";
import { connectTemporal, type NativeConnection, TemporalError, type TemporalErrorCode } from "../../temporal/index.ts";
import { DevError } from "../dev-error.ts";
import { temporalExecutable } from "./executable.ts";
import { ServerProcess } from "./server-process.ts";
import { ServerRecord } from "./server-record.ts";
import { Supervisor } from "./supervisor.ts";

/** How long a server may take to answer; the first start makes its database. */
const START_LIMIT_MS = 60_000;
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** What the server says where the system does not know its user. */
const UNKNOWN_USER = /unknown userid|user: Current requires/;
const UNKNOWN_USER_REMEDY =
  "The system does not know this user, and this build of the Temporal CLI needs that: use the official build (https://docs.temporal.io/cli), or add the user to /etc/passwd.";

/** What the server says where another one uses its database. */
const LOCKED = /database is locked|SQLITE_BUSY|UNIQUE constraint failed: namespaces/;
const LOCKED_REMEDY =
  "Another Temporal server uses temporal.db beside it: stop that one, or wait until it has ended, and start again.";

export interface TemporalServerOptions {
  readonly config: TemporalConfig;
  /** There already. */
  readonly dataDir: string;
  readonly path: string | undefined;
  readonly log: Logger;
  /** Ends the start with its reason. */
  readonly signal: AbortSignal;
}

/** A Temporal to work with: one that was there, or one of our own. */
export interface LocalTemporal {
  readonly connection: NativeConnection;
  /** Resolves with the reason when a server of our own has ended for good; never for another one. */
  readonly lost: Promise<DevError>;
  stop(): Promise<void>;
}

/** Nobody is there, as far as can be told. */
const ABSENT: ReadonlySet<TemporalErrorCode> = new Set(["refused", "unknown-host", "no-answer", "unreachable"]);

/**
 * Connects to Temporal where one is reachable; else starts a development server.
 * @throws DevError; TemporalError where the Temporal that is there cannot be used; the signal's reason
 */
export async function localTemporal(options: TemporalServerOptions): Promise<LocalTemporal> {
  const { config, dataDir, log, signal } = options;
  const record = new ServerRecord(join(dataDir, "temporal.pid"));
  await record.ended(log, signal);
  try {
    const connection = await connect(config, signal);
    log.info(`Using the Temporal that is running at ${config.address}`);
    return { connection, lost: new Promise(() => undefined), stop: () => connection.close() };
  } catch (error) {
    signal.throwIfAborted();
    // One is there, and it is not its absence that is in the way.
    if (error instanceof TemporalError && !ABSENT.has(error.code)) throw error;
    const host = config.address.slice(0, config.address.lastIndexOf(":"));
    if (LOCAL.test(host) && config.tls === undefined) return await startServer(options, record);
    throw new DevError("not-local", `${messageOf(error)}; a development server can only be started on this machine`, [
      "Start that Temporal, or unset TEMPORAL_SERVICE_ADDRESS to use one that is started here.",
    ]);
  }
}

async function connect(config: TemporalConfig, signal: AbortSignal): Promise<NativeConnection> {
  const connecting = connectTemporal(config);
  try {
    return await untilAborted(connecting, signal);
  } catch (error) {
    connecting.then((late) => late.close()).catch(() => undefined);
    throw error;
  }
}

async function startServer(
  { config, dataDir, path, log, signal }: TemporalServerOptions,
  record: ServerRecord,
): Promise<LocalTemporal> {
  const executable = await untilAborted(temporalExecutable(path, log), signal);
  const port = config.address.slice(config.address.lastIndexOf(":") + 1);
  const logFile = join(dataDir, "temporal.log");
  const database = join(dataDir, "temporal.db");
  const started = Date.now();
  log.info(`Starting a Temporal development server on port ${port} …`);
  closeToOthers(database);
  const args = [
    ...["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", port, "--log-level", "warn"],
    ...["--namespace", config.namespace, "--db-filename", database],
  ];
  removeOldLog(logFile);
  const begin = () => {
    const server = startProcess(executable, logFile, args, path);
    if (server.pid !== undefined) void server.exited.then(record.keep(server.pid));
    return server;
  };
  const server = begin();
  try {
    const connection = await connectWhenReady(config, server, logFile, signal);
    log.info(`Temporal is ready after ${humanDuration(Date.now() - started)} (its log: ${logFile})`);
    // The connection finds the new server by itself: it is on the same port, with the same database.
    const ready = async (again: ServerProcess, stopped: AbortSignal) =>
      await (await connectWhenReady(config, again, logFile, stopped)).close();
    const supervisor = new Supervisor({ server, begin, ready, log });
    return {
      connection,
      lost: supervisor.lost,
      stop: async () => {
        await connection.close();
        await supervisor.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A database of an earlier version of this program may be readable for others: it holds the executions' messages. */
function closeToOthers(database: string): void {
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      chmodSync(`${database}${suffix}`, 0o600);
    } catch {
      // Not there, or not ours: then the server says what is wrong with it.
    }
  }
}

/** Each start of `dev` has a log of its own; a server that is started again goes on with it. */
function removeOldLog(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Then it cannot be written either, which is told there.
  }
}

function startProcess(
  executable: string,
  logFile: string,
  args: readonly string[],
  path: string | undefined,
): ServerProcess {
  try {
    return new ServerProcess(executable, args, logFile, path);
  } catch (error) {
    throw new DevError("directory", `The log of Temporal cannot be written: ${messageOf(error)}`, [
      `Make ${logFile} writable for this user, or set STIGMER_DATA_DIR to another directory.`,
    ]);
  }
}

async function connectWhenReady(
  config: TemporalConfig,
  server: ServerProcess,
  logFile: string,
  signal: AbortSignal,
): Promise<NativeConnection> {
  const end = Date.now() + START_LIMIT_MS;
  const over = new AbortController();
  void server.exited.then(() => over.abort(new Error("the server has ended")));
  const stopped = AbortSignal.any([signal, over.signal]);
  for (;;) {
    try {
      return await connect(config, stopped);
    } catch (error) {
      signal.throwIfAborted();
      if (server.isRunning && Date.now() < end) {
        await sleep(100, stopped);
        continue;
      }
      const said = server.complaint();
      const what = server.isRunning ? `did not start within ${humanDuration(START_LIMIT_MS)}` : "ended at its start";
      throw new DevError("temporal-failed", `The Temporal development server ${what}: ${said || messageOf(error)}`, [
        ...(UNKNOWN_USER.test(said) ? [UNKNOWN_USER_REMEDY] : []),
        `Look into ${logFile}.`,
        LOCKED.test(said)
          ? LOCKED_REMEDY
          : "If its database is damaged or of another version, remove temporal.db beside it.",
        "If the port is taken, set TEMPORAL_SERVICE_ADDRESS=localhost:<another port>.",
      ]);
    }
  }
}
