import { EXIT, type ExitCode, type SignalHandler } from "../cli/index.ts";
import { runService, type ServiceContext } from "../cli/service/index.ts";
import type { EnvMap, Loaded, LoadOptions } from "../config/index.ts";
import {
  type Daemon,
  DevError,
  type LocalTemporal,
  localTemporal,
  lockDataDirectory,
  startDaemon,
} from "../daemon/index.ts";
import type { Logger } from "../log/index.ts";
import { loadNativeBridge } from "../native-bridge/index.ts";
import { logStartupFailure, startRunner } from "../runner/index.ts";
import { messageOf, stackOf, systemCode } from "../shared/errors.ts";
import { untilAborted, waitAtMost } from "../shared/time.ts";
import { executionOf, StigmerClient } from "../stigmer/index.ts";
import { installTemporalRuntime } from "../temporal/index.ts";
import { sessionThread } from "../threads/index.ts";
import { openSqliteThreadQueue, type SqliteThreadQueue } from "../threads/sqlite/index.ts";
import { modelForDev } from "./dev-model/model-for-dev.ts";

export interface DevOptions extends LoadOptions {
  readonly signals: SignalHandler;
  /** An agent file that is applied, and applied again when it changes. */
  readonly watch?: string;
  /** Whether it may ask the user, if there is a terminal. */
  readonly input: boolean;
}

/** How long the first health checks are waited for. */
const FIRST_CHECKS_MS = 5_000;

/** Defaults that suit a developer better than an operator. */
const DEV_DEFAULTS: EnvMap = {
  // The client of `run` shows text as it grows.
  STATUS_STREAMING: "tokens",
  // One Ctrl-C should end everything while the developer watches.
  DRAIN_TIMEOUT: "5",
};

/** `agent-runner dev`: Temporal, the Stigmer daemon and the runner in one process. */
export async function dev({ signals, watch, input, ...options }: DevOptions): Promise<ExitCode> {
  const known = { ...options, defaults: { ...DEV_DEFAULTS, ...options.defaults }, overrides: { MODE: "local" } };
  const model = await modelForDev(known, input, signals.lifecycle.drainRequested);
  if (model === undefined) return EXIT.interrupted;
  const load = { ...known, defaults: { ...model.defaults, ...known.defaults } };
  return await runService({ load, signals, logFailure: logStartupFailure }, async (service) => {
    for (const warning of model.warnings) service.log.warn(warning);
    for (const note of model.notes) service.log.info(note);
    const opened = new AsyncDisposableStack();
    try {
      return await runAll(service, opened, watch);
    } finally {
      await opened.disposeAsync().catch((error: unknown) => service.log.warn(`Stopping failed: ${messageOf(error)}`));
    }
  });
}

/** @throws StartInterrupted if a drain is requested during the start */
async function runAll(
  service: ServiceContext,
  opened: AsyncDisposableStack,
  watch: string | undefined,
): Promise<ExitCode> {
  const { loaded, env, log, lifecycle } = service;
  const { dataDir } = loaded.config;
  opened.defer(lockDataDirectory(dataDir));
  await untilAborted(loadNativeBridge({ dataDir, env, log }), lifecycle.drainRequested);
  installTemporalRuntime(log, { metrics: loaded.config.metrics.isOn, executionOf });
  const temporal = await openTemporal(service);
  opened.defer(() => temporal.stop());
  lifecycle.drainRequested.throwIfAborted();
  const queue = openSqliteThreadQueue(dataDir, log);
  opened.defer(() => queue.close());
  const daemon = await openDaemon(loaded, temporal, queue, log);
  opened.defer(() => daemon.stop());
  log.info(`Stigmer daemon listens on ${daemon.endpoint}`);
  lifecycle.drainRequested.throwIfAborted();
  void Promise.race([temporal.lost, daemon.lost]).then((error) => {
    for (const line of [`${error.message}. The runner drains and ends`, ...error.remedies]) log.error(line);
    lifecycle.fail();
  });
  const runner = await startRunner({ ...service, checks: [daemon.check] });
  if (watch !== undefined) opened.defer(await startWatch(watch, daemon, service));
  // Whoever asks for its status now is to get an answer.
  await waitAtMost(Promise.race([runner.checked, runner.ended]), FIRST_CHECKS_MS);
  log.info('Ready. In another terminal: agent-runner run "Write a haiku about Temporal into haiku.txt"');
  return await runner.ended;
}

/** Applies an agent file until a drain is requested. @returns waits for its end */
async function startWatch(file: string, { endpoint }: Daemon, service: ServiceContext): Promise<() => Promise<void>> {
  const { watchAgentFile } = await import("../client/agent-file/watch/index.ts");
  const log = service.log.child("watch");
  const client = new StigmerClient({ endpoint, tls: false, apiKey: () => "" });
  const watching = watchAgentFile(file, client, log, service.lifecycle.drainRequested)
    .catch((error: unknown) => log.error(`Watching ${file} failed: ${stackOf(error)}`))
    .finally(() => client.close());
  return () => watching;
}

function openTemporal({ loaded, env, log, lifecycle }: ServiceContext): Promise<LocalTemporal> {
  const { temporal, dataDir } = loaded.config;
  const signal = lifecycle.drainRequested;
  return localTemporal({ config: temporal, dataDir, path: env["PATH"], log: log.child("dev"), signal });
}

async function openDaemon(
  { config }: Loaded,
  { connection }: LocalTemporal,
  queue: SqliteThreadQueue,
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
      // The daemon knows the order of a session's messages first.
      announce: (sessionId, executionId) => queue.announce(sessionThread(sessionId), executionId),
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
