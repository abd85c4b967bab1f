import { chmodSync, rmSync, statfsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TemporalConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { closeIfLate } from "../../shared/close-if-late.ts";
import { messageOf } from "../../shared/errors.ts";
import { humanDuration, sleep, untilAborted } from "../../shared/time.ts";
import { connectTemporal, type NativeConnection, TemporalError, type TemporalErrorCode } from "../../temporal/index.ts";
import { DevError } from "../dev-error.ts";
import { temporalExecutable } from "./executable.ts";
import { ServerProcess } from "./server-process.ts";
import { ServerRecord } from "./server-record.ts";
import { Supervisor } from "./supervisor.ts";

/** How long a server may take to answer. The first start creates its database. */
const START_LIMIT_MS = 60_000;
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/** What the server writes if its user is not in the system's user database. */
const UNKNOWN_USER = /unknown userid|user: Current requires/;
const UNKNOWN_USER_REMEDY =
  "The system does not know this user, and this build of the Temporal CLI needs that: use the official build (https://docs.temporal.io/cli), or add the user to /etc/passwd.";

/** What the server writes if another one uses its database. */
const LOCKED = /database is locked|SQLITE_BUSY|UNIQUE constraint failed: namespaces/;
const LOCKED_REMEDY =
  "Another Temporal server uses temporal.db in the same directory: stop it, or wait until it has ended, and start again.";

/** What the server writes if it cannot write its database. */
const DISK_FULL = /database or disk is full|SQLITE_FULL|no space left on device|disk quota exceeded/i;
/** With less free space, the server may have been unable to write even what is wrong. */
const LEAST_FREE_BYTES = 64 * 1024;

export interface TemporalServerOptions {
  readonly config: TemporalConfig;
  /** An existing directory. */
  readonly dataDir: string;
  readonly path: string | undefined;
  readonly log: Logger;
  /** Aborts the start. */
  readonly signal: AbortSignal;
}

/** A Temporal server to work with: one that was running already, or one that was started here. */
export interface LocalTemporal {
  readonly connection: NativeConnection;
  /** Resolves with the reason when a server that was started here is given up; never for another one. */
  readonly lost: Promise<DevError>;
  stop(): Promise<void>;
}

/** The codes that mean: no server is running there. */
const ABSENT: ReadonlySet<TemporalErrorCode> = new Set(["refused", "unknown-host", "no-answer", "unreachable"]);

/**
 * Connects to the Temporal at the configured address; starts a development server if none is running there.
 * @throws DevError; TemporalError if the running one cannot be used; the signal's reason
 */
export async function localTemporal(options: TemporalServerOptions): Promise<LocalTemporal> {
  const { config, dataDir, log, signal } = options;
  const record = new ServerRecord(join(dataDir, "temporal.pid"));
  await record.waitUntilEnded(log, signal);
  try {
    const connection = await connect(config, signal);
    log.info(`Using the Temporal that is running at ${config.address}`);
    return { connection, lost: new Promise(() => undefined), stop: () => connection.close() };
  } catch (error) {
    signal.throwIfAborted();
    // A server is running, but something else is wrong.
    if (error instanceof TemporalError && !ABSENT.has(error.code)) throw error;
    const host = config.address.slice(0, config.address.lastIndexOf(":"));
    if (LOCAL.test(host) && config.tls === undefined) return await startServer(options, record);
    throw new DevError("not-local", `${messageOf(error)}; a development server can only be started on this machine`, [
      "Start that Temporal, or unset TEMPORAL_SERVICE_ADDRESS to use one that is started here.",
    ]);
  }
}

async function connect(config: TemporalConfig, signal: AbortSignal): Promise<NativeConnection> {
  const unlessAborted = <T>(connecting: Promise<T>) => untilAborted(connecting, signal);
  return await closeIfLate(connectTemporal(config), unlessAborted, (late) => late.close());
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
  restrictAccess(database);
  const args = [
    ...["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", port, "--log-level", "warn"],
    ...["--namespace", config.namespace, "--db-filename", database],
  ];
  removeOldLog(logFile);
  const start = () => {
    const server = startProcess(executable, logFile, args, path);
    if (server.pid !== undefined) void server.exited.then(record.write(server.pid));
    return server;
  };
  const server = start();
  try {
    const connection = await connectWhenReady(config, server, logFile, signal);
    log.info(`Temporal is ready after ${humanDuration(Date.now() - started)} (its log: ${logFile})`);
    // The connection finds the restarted server by itself: it has the same port and database.
    const waitUntilReady = async (again: ServerProcess, stopped: AbortSignal) =>
      await (await connectWhenReady(config, again, logFile, stopped)).close();
    const supervisor = new Supervisor({ server, start, waitUntilReady, log });
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

/** Earlier versions of this program left the database readable for others. It contains the executions' messages. */
function restrictAccess(database: string): void {
  for (const suffix of ["", "-wal", "-shm"]) {
    try {
      chmodSync(`${database}${suffix}`, 0o600);
    } catch {
      // Missing, or of another user: then the server reports the problem.
    }
  }
}

/** Each start of `dev` begins a new log; a restarted server appends to it. */
function removeOldLog(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Then opening it fails too, with a clear error.
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
      throw startFailure(server, logFile, error);
    }
  }
}

function startFailure(server: ServerProcess, logFile: string, error: unknown): DevError {
  const reason = server.explain();
  const ending = server.isRunning
    ? `did not start within ${humanDuration(START_LIMIT_MS)}`
    : "ended while it was starting";
  const what = `The Temporal development server ${ending}`;
  const directory = dirname(logFile);
  if (DISK_FULL.test(reason) || (reason === "" && isFull(directory)))
    return new DevError("temporal-failed", `${what}: the disk is full${reason === "" ? "" : ` (${reason})`}`, [
      `Free space on the disk of ${directory}, or set STIGMER_DATA_DIR to a directory on another disk.`,
    ]);
  return new DevError("temporal-failed", `${what}: ${reason || messageOf(error)}`, [
    ...(UNKNOWN_USER.test(reason) ? [UNKNOWN_USER_REMEDY] : []),
    `Read ${logFile}.`,
    LOCKED.test(reason)
      ? LOCKED_REMEDY
      : "If its database is damaged or of another version, remove temporal.db in the same directory.",
    "If the port is taken, set TEMPORAL_SERVICE_ADDRESS=localhost:<another port>.",
  ]);
}

function isFull(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize < LEAST_FREE_BYTES;
  } catch {
    return false;
  }
}
