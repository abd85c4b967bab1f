import { afterAll, beforeAll } from "bun:test";
import { join } from "node:path";
import { Context } from "@temporalio/activity";
import type { WorkflowHandle } from "@temporalio/client";
import type { Logger } from "../../src/log/index.ts";
import {
  FileJournal,
  type Journal,
  type JournalEntry,
  Recovery,
  type RecoveryLimits,
} from "../../src/recovery/index.ts";
import { type AgentExecution, StigmerClient } from "../../src/stigmer/index.ts";
import {
  connectTemporal,
  createActivityWorker,
  installTemporalRuntime,
  type NativeConnection,
  Workflows,
} from "../../src/temporal/index.ts";
import { type ActivityCaller, activityCaller } from "./activity-caller.ts";
import { startBackend } from "./backend.ts";
import { collectedLog } from "./collected-log.ts";
import { until } from "./eventually.ts";
import { entry } from "./journal-contract.ts";
import { startRedis, type TestRedis } from "./redis.ts";
import { StigmerUser } from "./stigmer-user.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { startTemporal } from "./temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const ACTIVITY = "ExecuteGraphton";
const BEAT_MS = 500;

const temporalConfig = (address: string, taskQueue: string) => ({
  address,
  taskQueue,
  namespace: "default",
  maxConcurrency: 10,
});

/** Executions that a runner left behind, with a real Temporal, a real Redis and the daemon's services as backend. */
export interface RecoveryWorld {
  readonly connection: NativeConnection;
  readonly redis: TestRedis;
  /** In front of the backend, as the recovery reaches it. */
  readonly proxy: TcpProxy;
  readonly user: StigmerUser;
  readonly log: readonly string[];
  readonly logger: Logger;
  /** An execution that a runner works on, as Temporal sees it. */
  running(): Promise<{ execution: AgentExecution; noted: JournalEntry; handle: WorkflowHandle }>;
  recovery(
    journal: Journal,
    isCertain: boolean,
    limits?: Partial<RecoveryLimits>,
    more?: Partial<Pick<Workflows, "describe" | "completeActivity">>,
  ): Disposable;
  /** A directory with an execution that a runner left behind. */
  left(noted: JournalEntry): Promise<string>;
}

/** Works until it is cancelled, with a heartbeat now and then. */
async function beats(): Promise<void> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), BEAT_MS);
  await context.cancelled.finally(() => clearInterval(timer));
}

/** One for all tests of a file. Call it outside of tests. */
export function recoveryWorld(): RecoveryWorld {
  const closing = new AsyncDisposableStack();
  let connection: NativeConnection;
  let caller: ActivityCaller;
  let redis: TestRedis;
  let folder: TemporaryFolder;
  /** In front of the backend. */
  let proxy: TcpProxy;
  /** By way of it, as the runner; and the user's own. */
  let client: StigmerClient;
  let user: StigmerUser;
  const { log: logger, lines: log } = collectedLog();

  beforeAll(async () => {
    installTemporalRuntime(logger);
    const temporal = closing.use(await startTemporal());
    connection = await connectTemporal(temporalConfig(temporal.address, ""));
    closing.defer(() => connection.close());
    caller = closing.use(await activityCaller(connection));
    redis = closing.use(await startRedis());
    folder = closing.use(await temporaryFolder());
    const backend = closing.use(await startBackend(folder.path));
    proxy = closing.use(await startTcpProxy(backend.endpoint));
    client = new StigmerClient({ endpoint: proxy.address, tls: false, apiKey: () => "key" });
    const direct = new StigmerClient({ endpoint: backend.endpoint, tls: false, apiKey: () => "key" });
    closing.defer(() => client.close());
    closing.defer(() => direct.close());
    user = new StigmerUser(direct);
    const worker = await createActivityWorker({
      connection,
      config: temporalConfig(temporal.address, "executions"),
      activities: { [ACTIVITY]: beats },
      executionType: ACTIVITY,
      announcingType: "EnsureThread",
      identity: "a runner",
      gracePeriodMs: 0,
      log: logger,
    });
    const running = worker.run();
    worker.slots.allow(Number.POSITIVE_INFINITY);
    closing.defer(async () => {
      await worker.drain(Date.now());
      await running;
    });
  });
  afterAll(() => closing.disposeAsync());

  async function running(): Promise<{ execution: AgentExecution; noted: JournalEntry; handle: WorkflowHandle }> {
    const execution = await user.begin(await user.session(), "Go");
    const options = { startToCloseTimeout: "10 min", heartbeatTimeout: "60 s", retry: { maximumAttempts: 1 } } as const;
    const handle = await caller.start({ name: ACTIVITY, args: [], options: { ...options, taskQueue: "executions" } });
    const { workflowId } = handle;
    const workflows = new Workflows(connection, "default");
    let activityId = "";
    let runId = "";
    await until("its activity runs", async () => {
      const workflow = await workflows.describe({ workflowId });
      [activityId = ""] = workflow?.pending.keys() ?? [];
      runId = (await handle.describe()).runId;
      return (workflow?.pending.get(activityId)?.aliveAt ?? 0) > 0;
    });
    return { execution, noted: { ...entry(execution.metadata?.id ?? ""), workflowId, runId, activityId }, handle };
  }

  function recovery(
    journal: Journal,
    isCertain: boolean,
    limits: Partial<RecoveryLimits> = {},
    more: Partial<Pick<Workflows, "describe" | "completeActivity">> = {},
  ) {
    const fast = { everyMs: 50, pollMs: 20, ...limits };
    const workflows = new Workflows(connection, "default");
    const one = new Recovery({
      client,
      journal,
      isCertain,
      log: logger,
      limits: fast,
      workflows: {
        describe: more.describe ?? ((run) => workflows.describe(run)),
        completeActivity: more.completeActivity ?? ((...args) => workflows.completeActivity(...args)),
      },
    });
    return { [Symbol.dispose]: () => one.stop() };
  }

  async function left(noted: JournalEntry): Promise<string> {
    const directory = join(folder.path, crypto.randomUUID());
    const journal = new FileJournal(directory, logger);
    await journal.begin(noted);
    await journal.close();
    return directory;
  }

  return {
    get connection() {
      return connection;
    },
    get redis() {
      return redis;
    },
    get proxy() {
      return proxy;
    },
    get user() {
      return user;
    },
    log,
    logger,
    running,
    recovery,
    left,
  };
}
