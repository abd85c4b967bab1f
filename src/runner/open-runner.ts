import { executionOf } from "../activities/index.ts";
import { History, PageStreams } from "../admin/index.ts";
import { ExecutionRegistry } from "../executions/index.ts";
import { loadNativeBridge } from "../native-bridge/index.ts";
import { openPlatform } from "../platform/index.ts";
import { Recovery } from "../recovery/index.ts";
import { messageOf } from "../shared/errors.ts";
import { untilAborted } from "../shared/time.ts";
import { LiveStatuses } from "../status/index.ts";
import {
  type ActivityWorker,
  describeTaskQueue,
  formatIdentity,
  installTemporalRuntime,
  type NativeConnection,
  ownIdentity,
  type QueuePollers,
  refuseForeignGroups,
  type TaskQueueState,
  Workflows,
} from "../temporal/index.ts";
import { banner, connectedLine, summary } from "./banner.ts";
import { connectWithin } from "./connect-within.ts";
import { EventLoopMonitor } from "./event-loop-monitor.ts";
import { graceWarnings } from "./grace-warning.ts";
import { healthChecks } from "./health-checks.ts";
import { HealthMonitor } from "./health-monitor.ts";
import { openAdmin } from "./open-admin.ts";
import { followTemporal, openRunnerMetrics } from "./open-metrics.ts";
import { openOrClose } from "./open-or-close.ts";
import { openRunnerTraces } from "./open-traces.ts";
import { openWorker } from "./open-worker.ts";
import { OwnPoller } from "./own-poller.ts";
import { Readiness } from "./readiness.ts";
import { ReplicaGroups } from "./replica-groups.ts";
import type { RunnerOptions } from "./runner-options.ts";
import { WorkflowLookup } from "./workflow-lookup.ts";

const DESCRIBE_TIMEOUT_MS = 3_000;

/** A runner with all its parts open. It does not poll yet. */
export interface OpenRunner {
  readonly adminUrl: string;
  readonly worker: ActivityWorker;
  readonly executions: ExecutionRegistry;
  /** Resolves when all health checks have run once; a check may hang. */
  readonly checked: Promise<void>;
}

/**
 * Opens admin server, platform, Temporal and worker, in this order. Nothing outside of this process is changed until
 * Temporal is connected and the queue is known to be shared.
 * @param opened receives what has to be closed, also if this throws
 * @throws StartInterrupted if a drain is requested meanwhile; the error of the part that cannot be opened
 */
export async function openRunner(options: RunnerOptions, opened: AsyncDisposableStack): Promise<OpenRunner> {
  const { loaded, log, masks, env, lifecycle } = options;
  const { config } = loaded;
  lifecycle.setDrainTimeout(config.drainTimeoutMs);
  for (const line of banner(config)) log.info(line);
  for (const warning of graceWarnings(config)) log.warn(warning);

  const executions = new ExecutionRegistry();
  const readiness = new Readiness();
  const eventLoop = new EventLoopMonitor({ log }).start();
  opened.defer(() => eventLoop.stop());
  const metrics = await openRunnerMetrics({ config, masks, lifecycle, executions, readiness, eventLoop, log });
  opened.defer(() => metrics?.close());
  const traces = await openRunnerTraces(config, log);
  opened.defer(() => traces?.close());
  const page = { executions, live: new LiveStatuses(), history: new History(), streams: new PageStreams() };
  const admin = await openAdmin({ loaded, log, lifecycle, executions, readiness, eventLoop, metrics, page });
  opened.defer(() => admin.end());
  // Pages that are kept up to date would delay the end of the server.
  opened.defer(() => page.streams.close());

  const lookup = new WorkflowLookup();
  const opening = openPlatform(config, {
    log,
    mask: masks.own,
    env,
    isWorkflowOpen: lookup.isOpen,
    measures: metrics?.measures,
  });
  const prepared = await openOrClose(opening, lifecycle);
  opened.defer(() => prepared.close());
  for (const line of [...prepared.connected, ...summary(config, prepared.summary)]) log.info(line);

  await untilAborted(loadNativeBridge({ dataDir: config.dataDir, env, log }), lifecycle.drainRequested);
  followTemporal(metrics, installTemporalRuntime(log, { metrics: metrics !== undefined, executionOf }), log);
  const connection = await connectWithin(config.temporal, { waitMs: config.startupWaitMs, log, lifecycle, readiness });
  // A worker that still waits for Temporal keeps the connection open; it ends with the process.
  opened.defer(() => connection.close().catch((error: unknown) => log.debug(messageOf(error))));
  const workflows = new Workflows(connection, config.temporal.namespace);
  lookup.connect(workflows);
  log.info(connectedLine(config.temporal));

  const { mayHaveReplicas } = prepared;
  let ownPoller: OwnPoller | undefined;
  const queue = queuePollers(options, connection, (state) => ownPoller?.look(state));
  if (mayHaveReplicas) await refuseForeignGroups(queue, await prepared.findGroup());
  lifecycle.drainRequested.throwIfAborted();
  const platform = await prepared.join();
  const identity = formatIdentity(ownIdentity(platform.group));
  const replicas = new ReplicaGroups({ ...queue, identity, group: platform.group, mustShareSessions: mayHaveReplicas });
  const { worker, admission, modelCheck } = await openWorker(options, {
    connection,
    workflows,
    platform,
    executions,
    page,
    readiness,
    identity,
    mayHaveReplicas,
    metrics,
    traces,
  });
  opened.defer(() => admission.stop());
  const { taskQueue, deploymentName } = config.temporal;
  // Servers differ in whether they list pollers of versions.
  if (deploymentName === undefined)
    ownPoller = new OwnPoller({ identity, taskQueue, isPolling: () => worker.slots.openPolls > 0 });

  lifecycle.drainRequested.throwIfAborted();
  const checks = healthChecks({ connection, worker, platform, replicas, temporal: config.temporal, model: modelCheck });
  const monitor = new HealthMonitor(
    [...checks, ...(ownPoller === undefined ? [] : [ownPoller]), admission.check, ...(options.checks ?? [])],
    log,
    () => admission.checked(monitor.blocking),
  );
  opened.defer(() => monitor.stop());
  readiness.follow(monitor);
  const checked = monitor.start();
  const recovery = new Recovery({
    client: platform.stigmer,
    journal: platform.journal,
    workflows,
    log,
    isCertain: platform.isJournalCertain,
  });
  opened.defer(() => recovery.stop());
  if (config.model.provider === "scripted")
    log.warn("The model provider is `scripted`: executions play a script, no model answers");
  return { adminUrl: admin.url, worker, executions, checked };
}

/** @param saw called with each answer */
function queuePollers(
  { loaded }: RunnerOptions,
  connection: NativeConnection,
  saw: (state: TaskQueueState) => void,
): QueuePollers {
  const { temporal } = loaded.config;
  return {
    taskQueue: temporal.taskQueue,
    pollers: async () => {
      const state = await describeTaskQueue(connection, temporal, DESCRIBE_TIMEOUT_MS);
      saw(state);
      return state.pollers.map((poller) => poller.identity);
    },
  };
}
