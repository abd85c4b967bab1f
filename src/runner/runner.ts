import { createActivities, EXECUTE, ExecutionGate, Executions } from "../activities/index.ts";
import { type AdminServer, adminApp, serveAdmin } from "../admin/index.ts";
import { loadAgent } from "../agent/index.ts";
import { type Loaded, redacted, type TemporalConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { openPlatform, type Platform } from "../platform/index.ts";
import { messageOf } from "../shared/errors.ts";
import { failed } from "../shared/health.ts";
import type { SecretMask } from "../shared/secret-mask.ts";
import { plural } from "../shared/text.ts";
import { humanDuration, sleep } from "../shared/time.ts";
import { StigmerSink } from "../status/index.ts";
import {
  connectTemporal,
  createActivityWorker,
  installTemporalRuntime,
  type NativeConnection,
  probeTemporal,
  type Worker,
} from "../temporal/index.ts";
import { version } from "../version.ts";
import { banner, summary } from "./banner.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";
import { HealthMonitor } from "./health-monitor.ts";
import { Lifecycle } from "./lifecycle.ts";
import { ListenError } from "./startup-failure.ts";

/** How long executions may take to end once they were told to stop. */
const STOP_LIMIT_MS = 20_000;
/** How long closing connections may take after that. */
const CLOSE_LIMIT_MS = 5_000;
const PROBE_TIMEOUT_MS = 3_000;

export interface RunnerOptions {
  readonly loaded: Loaded;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  /** The process' secrets, and those of running executions. */
  readonly mask: SecretMask;
}

/** A runner that polls for work. */
export interface Runner {
  readonly lifecycle: Lifecycle;
  readonly adminUrl: string;
  /** Takes nothing new and lets what runs finish; again and again without further effect. */
  drain(): void;
  /** Ends what runs. */
  stop(): void;
  /** Resolves when everything has ended and is closed. */
  readonly ended: Promise<ExitCode>;
}

/**
 * Starts a runner: admin server, platform, Temporal, worker.
 * @throws where something is missing; what was opened until then is closed again
 */
export async function startRunner(options: RunnerOptions): Promise<Runner> {
  const { loaded, log, mask } = options;
  const { config } = loaded;
  const lifecycle = new Lifecycle();
  const executions = new Executions();
  let monitor: HealthMonitor | undefined;
  // Until there is something to drain, the wish is kept.
  let drainWanted = false;
  let drain = () => {
    drainWanted = true;
  };
  for (const line of banner(config)) log.info(line);

  await using opened = new AsyncDisposableStack();
  const admin = listen();
  opened.defer(() => admin.stop());
  const platform = await openPlatform(config, { log, mask, env: options.env });
  opened.defer(() => platform.close());
  for (const line of [...platform.connected, ...summary(config, platform.summary)]) log.info(line);

  installTemporalRuntime(log);
  const connection = await connectTemporal(config.temporal);
  opened.defer(() => connection.close());
  log.info(
    `✅ [POLYGLOT] Connected to Temporal server at ${config.temporal.address}, namespace: ${config.temporal.namespace}`,
  );

  const worker = await createActivityWorker({
    connection,
    config: config.temporal,
    executionType: EXECUTE,
    // The lifecycle decides when what runs is ended; the SDK's own limit is only behind it.
    gracePeriodMs: config.drainTimeoutMs + STOP_LIMIT_MS,
    activities: createActivities({
      executions,
      gate: new ExecutionGate(config.temporal.maxConcurrency),
      client: platform.stigmer,
      sandboxes: platform.sandboxes,
      threads: platform.threads,
      sinks: [new StigmerSink(platform.stigmer), ...platform.sinks],
      model: config.model,
      streaming: config.statusStreaming,
      mask,
      log,
      loadAgent,
    }),
  });
  monitor = new HealthMonitor(healthChecks(connection, config.temporal, platform), log);
  opened.defer(() => monitor?.stop());
  const working = worker.run();
  void monitor.start();

  if (config.model.provider === "scripted")
    log.warn("The model provider is `scripted`: executions play a script, no model answers");
  const closing = opened.move();
  const ending = end({ worker, working, lifecycle, executions, drainTimeoutMs: config.drainTimeoutMs, log });
  drain = () => ending.drain();
  const ended = ending.ended.then(async (code) => {
    await Promise.race([closing.disposeAsync(), sleep(CLOSE_LIMIT_MS)]).catch((error: unknown) =>
      log.warn(`Closing failed: ${messageOf(error)}`),
    );
    lifecycle.advance("stopped");
    return code;
  });
  lifecycle.advance("running");
  log.info("🚀 Worker ready, polling for tasks...");
  if (drainWanted) ending.drain();
  return { lifecycle, adminUrl: admin.url, drain: () => ending.drain(), stop: () => ending.stop(), ended };

  function listen(): AdminServer {
    const { host, port, token } = config.admin;
    const app = adminApp({
      mode: config.mode,
      version,
      startedAt: lifecycle.startedAt,
      state: () => lifecycle.state,
      inFlight: () => executions.count,
      checks: () => monitor?.results ?? [NOT_CHECKED],
      settings: () => redacted(loaded.views),
      drain: () => drain(),
      deadline: () => lifecycle.deadline,
      log: log.child("admin"),
      host,
      ...(token === undefined ? {} : { token }),
    });
    try {
      const server = serveAdmin(app, host, port);
      log.info(`Admin server listens on ${server.url}`);
      return server;
    } catch (error) {
      throw new ListenError(`The admin server cannot listen on ${host}:${port}: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** Stands for all checks before they were made. */
const NOT_CHECKED = { name: "health", status: "failed", reason: "not known yet" } as const;

function healthChecks(connection: NativeConnection, temporal: TemporalConfig, platform: Platform) {
  return [
    { name: "Temporal", check: async () => failed(await probeTemporal(connection, temporal, PROBE_TIMEOUT_MS)) },
    { name: "Stigmer", check: async () => failed(await platform.stigmer.probe(PROBE_TIMEOUT_MS)) },
    ...platform.checks,
  ];
}

interface Ending {
  drain(): void;
  stop(): void;
  readonly ended: Promise<ExitCode>;
}

interface EndingParts {
  readonly worker: Worker;
  readonly working: Promise<void>;
  readonly lifecycle: Lifecycle;
  readonly executions: Executions;
  readonly drainTimeoutMs: number;
  readonly log: Logger;
}

/** The way from running to stopped: drain, after its time or a second word stop, and a limit behind both. */
function end({ worker, working, lifecycle, executions, drainTimeoutMs, log }: EndingParts): Ending {
  let failure: unknown;
  let unfinished = false;
  const worked = working.catch((error: unknown) => {
    failure = error ?? new Error("unknown");
    log.error(`The Temporal worker failed: ${messageOf(error)}`);
  });

  const drain = () => {
    const deadline = new Date(Date.now() + drainTimeoutMs);
    if (!lifecycle.advance("draining", deadline)) return;
    const running = executions.count;
    log.info(
      running === 0
        ? "Draining: nothing runs"
        : `Draining: ${plural(running, "execution")} may go on for ${humanDuration(drainTimeoutMs)}`,
    );
    if (worker.getState() === "RUNNING") worker.shutdown();
  };
  const stop = () => {
    drain();
    if (!lifecycle.advance("stopping")) return;
    unfinished = executions.count > 0;
    if (unfinished) log.warn(`Stopping ${plural(executions.count, "execution")}`);
    executions.stopAll();
  };

  const run = async (): Promise<ExitCode> => {
    const over = new AbortController();
    void lifecycle.reached("draining").then(async () => {
      await sleep(drainTimeoutMs, over.signal);
      if (over.signal.aborted) return;
      log.warn(`The drain time of ${humanDuration(drainTimeoutMs)} is over`);
      stop();
    });
    const limit = lifecycle.reached("stopping").then(() => sleep(STOP_LIMIT_MS, over.signal));
    await Promise.race([worked, limit]);
    over.abort();
    if (failure !== undefined) {
      // The worker is gone, but executions may still run and have their last status to deliver.
      stop();
      await Promise.race([executions.idle(), sleep(STOP_LIMIT_MS)]);
      return EXIT.failed;
    }
    log.info(
      `Stopped after ${plural(executions.finished, "execution")}${unfinished ? "; not all of them could finish" : ""}`,
    );
    return unfinished || executions.count > 0 ? EXIT.unfinished : EXIT.ok;
  };
  return { drain, stop, ended: run() };
}
