import { join } from "node:path";
import { createActivities, ENSURE_THREAD, EXECUTE } from "../activities/index.ts";
import { openAgents } from "../agent/index.ts";
import { type ExecutionObserver, ExecutionObservers, type ExecutionRegistry } from "../executions/index.ts";
import { hasProxy, type Platform } from "../platform/index.ts";
import type { HealthCheck } from "../shared/health.ts";
import { Semaphore } from "../shared/semaphore.ts";
import { openSkills } from "../skills/index.ts";
import { type LiveStatuses, StigmerSink } from "../status/index.ts";
import type { RunnerMetrics } from "../telemetry/metrics/index.ts";
import type { RunnerTraces } from "../telemetry/traces/index.ts";
import { type ActivityWorker, createActivityWorker, type NativeConnection, type Workflows } from "../temporal/index.ts";
import { Admission } from "./admission.ts";
import { STOP_LIMIT_MS } from "./limits.ts";
import type { Readiness } from "./readiness.ts";
import type { RunnerOptions } from "./runner-options.ts";

export interface WorkerDeps {
  readonly connection: NativeConnection;
  readonly workflows: Workflows;
  readonly platform: Platform;
  readonly executions: ExecutionRegistry;
  /** What the status page needs of executions. */
  readonly page: { readonly live: LiveStatuses; readonly history: ExecutionObserver };
  readonly readiness: Readiness;
  /** The name of this worker in Temporal. */
  readonly identity: string;
  /** Whether other runners may poll the same queue. */
  readonly mayHaveReplicas: boolean;
  readonly metrics?: RunnerMetrics | undefined;
  readonly traces?: RunnerTraces | undefined;
}

export interface OpenWorker {
  readonly worker: ActivityWorker;
  readonly admission: Admission;
  /** Whether the default model can be used. */
  readonly modelCheck: HealthCheck;
}

/** Creates the worker with its activities. It does not poll yet. */
export async function openWorker(options: RunnerOptions, deps: WorkerDeps): Promise<OpenWorker> {
  const { loaded, log, masks } = options;
  const { config } = loaded;
  const { platform, readiness, metrics, traces, ...shared } = deps;
  const telemetry = [metrics, traces].flatMap((part) => (part === undefined ? [] : [part.observer]));
  const observers = [...(options.observers ?? []), ...telemetry];
  const admission = new Admission({
    allow: (count) => worker.slots.allow(count),
    mayHaveReplicas: shared.mayHaveReplicas,
    drainRequested: options.lifecycle.drainRequested,
    recheck: () => readiness.recheck(),
    log,
  });
  const agents = openAgents(
    config.model,
    {
      connectLimitMs: config.mcpConnectTimeoutMs,
      callLimitMs: config.commandTimeoutMs,
      addressPolicy: platform.addressPolicy,
      hasProxy: (url) => hasProxy(url, options.env),
    },
    log,
  );
  const activities = createActivities({
    admission,
    executions: shared.executions,
    workflows: shared.workflows,
    observers: new ExecutionObservers([shared.page.history, ...observers], log.child("execution")),
    newTraceId: () => traces?.newTraceId(),
    semaphore: new Semaphore(config.temporal.maxConcurrency),
    client: platform.stigmer,
    journal: platform.journal,
    sandboxes: platform.sandboxes,
    skills: openSkills(join(config.dataDir, "skills"), log.child("skills")),
    threads: platform.threads,
    live: shared.page.live,
    sinks: [new StigmerSink(platform.stigmer), ...platform.sinks],
    model: config.model,
    budget: config.budget,
    streaming: config.statusStreaming,
    masks,
    log,
    loadAgent: agents.load,
  });
  const worker = await createActivityWorker({
    connection: shared.connection,
    config: config.temporal,
    executionType: EXECUTE,
    announcingType: ENSURE_THREAD,
    identity: shared.identity,
    // The lifecycle decides when executions are stopped. The SDK's limit is a fallback.
    gracePeriodMs: config.drainTimeoutMs + STOP_LIMIT_MS,
    activities,
    log,
  });
  return { worker, admission, modelCheck: agents.check };
}
