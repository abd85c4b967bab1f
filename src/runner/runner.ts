import { createActivities, ENSURE_THREAD, EXECUTE, Semaphore, workflowIdOf } from "../activities/index.ts";
import { type AdminServer, adminApp, serveAdmin } from "../admin/index.ts";
import { openAgents } from "../agent/index.ts";
import type { ExitCode } from "../cli/index.ts";
import { Lifecycle } from "../cli/index.ts";
import { type Loaded, redacted } from "../config/index.ts";
import { type ExecutionObserver, ExecutionObservers, ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { openPlatform } from "../platform/index.ts";
import { Recovery } from "../recovery/index.ts";
import { messageOf } from "../shared/errors.ts";
import type { HealthCheck } from "../shared/health.ts";
import type { SecretMasks } from "../shared/secret-masks.ts";
import { waitAtMost } from "../shared/time.ts";
import { StigmerSink } from "../status/index.ts";
import {
  createActivityWorker,
  describeTaskQueue,
  formatIdentity,
  installTemporalRuntime,
  ownIdentity,
  Workflows,
} from "../temporal/index.ts";
import type { IsWorkflowOpen } from "../threads/index.ts";
import { version } from "../version.ts";
import { Admission } from "./admission.ts";
import { banner, summary } from "./banner.ts";
import { connectWithin } from "./connect-within.ts";
import { healthChecks } from "./health-checks.ts";
import { type CheckResult, HealthMonitor } from "./health-monitor.ts";
import { ReplicaGroups } from "./replica-groups.ts";
import { Shutdown, STOP_LIMIT_MS } from "./shutdown.ts";
import { ListenError } from "./startup-failure.ts";

/** How long closing connections may take at the end. */
const CLOSE_LIMIT_MS = 5_000;
const DESCRIBE_TIMEOUT_MS = 3_000;

export interface RunnerOptions {
  readonly loaded: Loaded;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
  readonly masks: SecretMasks;
  /** Checks of what runs beside it in the same process. */
  readonly checks?: readonly HealthCheck[] | undefined;
  /** Told what the executions do. */
  readonly observers?: readonly ExecutionObserver[] | undefined;
}

/** A runner that polls for work. */
export interface Runner {
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
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
  const { loaded, log, masks } = options;
  const { config } = loaded;
  const lifecycle = new Lifecycle();
  const executions = new ExecutionRegistry();
  let monitor: HealthMonitor | undefined;
  // Until there is something to drain, the wish is kept.
  let drainWanted = false;
  const waiting = new AbortController();
  let drain = () => {
    drainWanted = true;
    waiting.abort();
  };
  let notReady: CheckResult = NOT_CHECKED;
  for (const line of banner(config)) log.info(line);

  await using opened = new AsyncDisposableStack();
  const admin = await listen();
  opened.defer(() => admin.stop());
  // Temporal is connected later; nothing waits for a turn before.
  let isWorkflowOpen: IsWorkflowOpen = async () => undefined;
  const platform = await openPlatform(config, {
    log,
    mask: masks.own,
    env: options.env,
    isWorkflowOpen: (id) => isWorkflowOpen(id),
  });
  opened.defer(() => platform.close());
  for (const line of [...platform.connected, ...summary(config, platform.summary)]) log.info(line);

  installTemporalRuntime(log);
  const connection = await connectWithin(config.temporal, {
    ...{ waitMs: config.startupWaitMs, log, signal: waiting.signal },
    onWait: (reason) => {
      notReady = { name: "Temporal", status: "failed", reason };
    },
  });
  notReady = NOT_CHECKED;
  // A worker that still waits for Temporal keeps it open; then it ends with the process.
  opened.defer(() => connection.close().catch((error: unknown) => log.debug(messageOf(error))));
  const workflows = new Workflows(connection, config.temporal.namespace);
  isWorkflowOpen = async (id) => (await workflows.describe({ workflowId: workflowIdOf(id) }))?.isOpen === true;
  log.info(
    `✅ [POLYGLOT] Connected to Temporal server at ${config.temporal.address}, namespace: ${config.temporal.namespace}`,
  );

  const identity = formatIdentity(ownIdentity(platform.group));
  const replicas = new ReplicaGroups({
    ...{ identity, group: platform.group, mustShare: platform.isShared, taskQueue: config.temporal.taskQueue },
    pollers: async () =>
      (await describeTaskQueue(connection, config.temporal, DESCRIBE_TIMEOUT_MS)).pollers.map(
        (poller) => poller.identity,
      ),
  });
  await replicas.checkStart();
  const admission = new Admission({
    allow: (count) => worker.slots.allow(count),
    isShared: platform.isShared,
    recheck: () => monitor?.recheck(),
    log,
  });
  opened.defer(() => admission.stop());
  const agents = openAgents(config.model, log);
  const worker = await createActivityWorker({
    connection,
    config: config.temporal,
    executionType: EXECUTE,
    announcingType: ENSURE_THREAD,
    identity,
    // The lifecycle decides when what runs is ended; the SDK's own limit is only behind it.
    gracePeriodMs: config.drainTimeoutMs + STOP_LIMIT_MS,
    activities: createActivities({
      executions,
      admission,
      observers: new ExecutionObservers(options.observers ?? [], log.child("execution")),
      semaphore: new Semaphore(config.temporal.maxConcurrency),
      client: platform.stigmer,
      workflows,
      journal: platform.journal,
      sandboxes: platform.sandboxes,
      threads: platform.threads,
      sinks: [new StigmerSink(platform.stigmer), ...platform.sinks],
      model: config.model,
      streaming: config.statusStreaming,
      masks,
      log,
      loadAgent: agents.load,
    }),
    log,
  });
  const checks = healthChecks({
    ...{ connection, worker, platform, replicas },
    temporal: config.temporal,
    model: agents.check,
  });
  monitor = new HealthMonitor([...checks, admission.check, ...(options.checks ?? [])], log, () =>
    admission.checked(monitor?.blocking ?? []),
  );
  opened.defer(() => monitor?.stop());
  const working = worker.run();
  const recovery = new Recovery({
    ...{ client: platform.stigmer, journal: platform.journal, workflows, log },
    isCertain: platform.isJournalCertain,
  });
  opened.defer(() => recovery.stop());
  void monitor.start();

  if (config.model.provider === "scripted")
    log.warn("The model provider is `scripted`: executions play a script, no model answers");
  const closing = opened.move();
  const shutdown = new Shutdown({
    ...{ worker, working, lifecycle, executions, log },
    drainTimeoutMs: config.drainTimeoutMs,
  });
  drain = () => shutdown.drain();
  const ended = shutdown.ended.then(async (code) => {
    await waitAtMost(closing.disposeAsync(), CLOSE_LIMIT_MS).catch((error: unknown) =>
      log.warn(`Closing failed: ${messageOf(error)}`),
    );
    lifecycle.advance("stopped");
    return code;
  });
  lifecycle.advance("running");
  log.info("🚀 Worker ready, polling for tasks...");
  if (drainWanted) shutdown.drain();
  return {
    lifecycle,
    executions,
    adminUrl: admin.url,
    drain: () => shutdown.drain(),
    stop: () => shutdown.stop(),
    ended,
  };

  async function listen(): Promise<AdminServer> {
    const { host, port, token } = config.admin;
    const app = adminApp({
      mode: config.mode,
      version,
      startedAt: lifecycle.startedAt,
      state: () => lifecycle.state,
      inFlight: () => executions.count,
      checks: () => monitor?.results ?? [notReady],
      settings: () => redacted(loaded.views),
      drain: () => drain(),
      deadline: () => lifecycle.deadline,
      log: log.child("admin"),
      host,
      ...(token === undefined ? {} : { token }),
    });
    try {
      const server = await serveAdmin(app, host, port);
      log.info(`Admin server listens on ${server.url}`);
      return server;
    } catch (error) {
      throw new ListenError(`The admin server cannot listen on ${host}:${port}: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** Stands for all checks before they were made. */
const NOT_CHECKED = { name: "health", status: "failed", reason: "not known yet" } as const;
