import { threadOf } from "../activities/index.ts";
import { EXIT, type ExitCode, handleSignals } from "../cli/index.ts";
import { firstLogger, handleUncaughtErrors, loggerOf, logWarnings } from "../cli/service/index.ts";
import { ConfigError, type EnvMap, type Loaded, loadConfig } from "../config/index.ts";
import {
  type Daemon,
  DevError,
  type LocalTemporal,
  localTemporal,
  lockDataDirectory,
  startDaemon,
} from "../daemon/index.ts";
import { captureConsole, type Logger } from "../log/index.ts";
import { logStartupFailure, StartStopped, startRunner, startupFailure } from "../runner/index.ts";
import { messageOf, systemCode } from "../shared/errors.ts";
import { secretMasks } from "../shared/secret-masks.ts";
import { installTemporalRuntime } from "../temporal/index.ts";
import { openSqliteThreadQueue, type SqliteThreadQueue } from "../threads/sqlite/index.ts";

export interface DevOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  /** Values of variables that nothing else sets. */
  readonly defaults?: EnvMap | undefined;
}

/** What suits a developer better than an operator, where nothing else is set. */
const DEV_DEFAULTS: EnvMap = {
  // The client of `run` shows text as it grows.
  STATUS_STREAMING: "tokens",
  // One Ctrl-C should end everything while somebody looks on.
  DRAIN_TIMEOUT: "5",
};

/** `agent-runner dev`: Temporal, the Stigmer daemon and the runner in one process. */
export async function dev({ env, envFile, defaults }: DevOptions): Promise<ExitCode> {
  const masks = secretMasks();
  const options = { env, defaults: { ...DEV_DEFAULTS, ...defaults }, ...(envFile === undefined ? {} : { envFile }) };
  let log = firstLogger(options, masks.all);
  const releaseConsole = captureConsole(() => log);
  const stopping = new AbortController();
  /** A part that the runner cannot do without has ended for good. */
  let isLost = false;
  let steps = { drain: () => stopping.abort(), stop: () => stopping.abort() };
  const release = handleSignals({ drain: () => steps.drain(), stop: () => steps.stop() }, () => log);
  const stray = handleUncaughtErrors(
    () => log,
    () => steps.drain(),
  );
  await using opened = new AsyncDisposableStack();
  try {
    const loaded = loadConfig({ ...options, overrides: { MODE: "local" } });
    log = loggerOf(loaded, masks);
    logWarnings(loaded, log);
    installTemporalRuntime(log);
    opened.defer(lockDataDirectory(loaded.config.dataDir));
    const temporal = await openTemporal(loaded, env, log, stopping.signal);
    opened.defer(() => temporal.stop());
    if (stopping.signal.aborted) return EXIT.ok;
    const turns = openSqliteThreadQueue(loaded.config.dataDir, log);
    opened.defer(() => turns.close());
    const daemon = await openDaemon(loaded, temporal, turns, log);
    opened.defer(() => daemon.stop());
    log.info(`Stigmer daemon listens on ${daemon.endpoint}`);
    if (stopping.signal.aborted) return EXIT.ok;
    void Promise.race([temporal.lost, daemon.lost]).then((error) => {
      isLost = true;
      for (const line of [`${error.message}. The runner drains and ends`, ...error.remedies]) log.error(line);
      steps.drain();
    });
    const runner = await startRunner({ loaded, env, log, masks, checks: [daemon.check] });
    steps = runner;
    if (stopping.signal.aborted) runner.drain();
    else log.info('Ready. In another terminal: agent-runner run "Write a haiku about Temporal into haiku.txt"');
    const code = await runner.ended;
    return stray.isFaulty || isLost ? EXIT.failed : code;
  } catch (error) {
    const wasStopped = stopping.signal.aborted && error === stopping.signal.reason;
    if (wasStopped || error instanceof StartStopped) return isLost ? EXIT.failed : EXIT.ok;
    if (error instanceof ConfigError) logWarnings(error, log);
    const failure =
      error instanceof DevError
        ? {
            what: "the development environment",
            error: error.message,
            causes: error.remedies,
            exitCode: EXIT.unavailable,
          }
        : startupFailure(error);
    logStartupFailure(failure, log);
    return failure.exitCode;
  } finally {
    await opened.disposeAsync().catch((error: unknown) => log.warn(`Stopping failed: ${messageOf(error)}`));
    release();
    stray.release();
    releaseConsole();
  }
}

function openTemporal({ config }: Loaded, env: EnvMap, log: Logger, signal: AbortSignal): Promise<LocalTemporal> {
  const { temporal, dataDir } = config;
  return localTemporal({ config: temporal, dataDir, path: env["PATH"], log: log.child("dev"), signal });
}

async function openDaemon(
  { config }: Loaded,
  { connection }: LocalTemporal,
  turns: SqliteThreadQueue,
  log: Logger,
): Promise<Daemon> {
  const { endpoint } = config.stigmer;
  const colon = endpoint.lastIndexOf(":");
  if (!/^(localhost|127\.0\.0\.1)$/.test(endpoint.slice(0, colon))) {
    throw new DevError("not-local", `The daemon of \`dev\` listens on this machine only, not on ${endpoint}`, [
      "Unset STIGMER_BACKEND_ENDPOINT, or set it to localhost:<port>.",
      "To use a daemon that runs elsewhere, start the runner alone: `agent-runner start`.",
    ]);
  }
  try {
    return await startDaemon({
      connection,
      namespace: config.temporal.namespace,
      runnerQueue: config.temporal.taskQueue,
      port: Number(endpoint.slice(colon + 1)),
      dataDir: config.dataDir,
      // The daemon is the first to know the order of a session's messages.
      announce: (sessionId, executionId) => turns.announce(threadOf(sessionId), executionId),
      log: log.child("daemon"),
    });
  } catch (error) {
    if (systemCode(error) !== "EADDRINUSE" && !/EADDRINUSE|address already in use/i.test(messageOf(error))) throw error;
    throw new DevError("port-taken", `The daemon cannot listen on ${endpoint}: the port is taken`, [
      "Another `dev` or a Stigmer daemon is running here: stop it, or use it with `agent-runner start`.",
      "Set STIGMER_BACKEND_ENDPOINT=localhost:<another port>.",
    ]);
  }
}
