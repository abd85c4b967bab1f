/** Executions that a runner left behind, with a real Temporal, a real Redis and the daemon's services as backend. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Context } from "@temporalio/activity";
import type { WorkflowHandle } from "@temporalio/client";
import { createLogger } from "../../src/log/index.ts";
import {
  FileJournal,
  type Journal,
  type JournalEntry,
  Recovery,
  type RecoveryLimits,
} from "../../src/recovery/index.ts";
import { RedisJournal } from "../../src/recovery/redis/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import {
  type AgentExecution,
  AgentExecutionCommandController,
  ExecutionPhase,
  MessageType,
  StigmerClient,
} from "../../src/stigmer/index.ts";
import {
  connectTemporal,
  createActivityWorker,
  installTemporalRuntime,
  type NativeConnection,
  Workflows,
} from "../../src/temporal/index.ts";
import { type ActivityCaller, activityCaller } from "../support/activity-caller.ts";
import { startBackend } from "../support/backend.ts";
import { until } from "../support/eventually.ts";
import { entry } from "../support/journal-contract.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { startTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const ACTIVITY = "ExecuteGraphton";
const BEAT_MS = 500;

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
const log: string[] = [];
const logger = createLogger({
  level: "debug",
  format: "text",
  mask: new SecretMask(),
  write: (line) => log.push(line),
});

const temporalConfig = (address: string, taskQueue: string) => ({
  address,
  taskQueue,
  namespace: "default",
  maxConcurrency: 10,
});

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

/** Works until it is cancelled, with a heartbeat now and then. */
async function beats(): Promise<void> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), BEAT_MS);
  await context.cancelled.finally(() => clearInterval(timer));
}

/** An execution that a runner works on, as Temporal sees it. */
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

/** A directory with an execution that a runner left behind. */
async function left(noted: JournalEntry): Promise<string> {
  const directory = join(folder.path, crypto.randomUUID());
  const journal = new FileJournal(directory, logger);
  await journal.begin(noted);
  await journal.close();
  return directory;
}

/** Waits until a journal directory contains no execution. */
async function untilRemoved(directory: string): Promise<void> {
  const entries = () => Array.fromAsync(new Bun.Glob("*/*.json").scan(directory));
  await until("the execution is removed from the journal", async () => (await entries()).length === 0);
}

/** Sends the final status as a runner does that is killed right after it. */
async function reportCompleted(executionId: string): Promise<void> {
  const messages = [{ type: MessageType.MESSAGE_AI, content: "Hello" }];
  const status = { phase: ExecutionPhase.EXECUTION_COMPLETED, messages };
  await user.client.call(AgentExecutionCommandController.method.updateStatus, { executionId, status });
}

describe("abandoned execution", () => {
  test("is ended by the runner that took it, even after a long outage of the backend", async () => {
    const { execution, noted, handle } = await running();
    const directory = await left(noted);
    const journal = new FileJournal(directory, logger);
    proxy.cut();
    using _ = recovery(journal, true, { patienceMs: 100 });
    const late = new RegExp(`${noted.executionId}.* cannot be ended yet: .*not reachable.*Retrying for up to 24 h`);
    await until("the log says that it takes long", () => log.some((line) => late.test(line)));
    expect(phaseOf(await user.get(execution))).toBe("EXECUTION_PENDING");
    proxy.mend();
    expect(await handle.result()).toMatchObject({ phase: "EXECUTION_FAILED" });
    expect((await user.get(execution)).status?.error).toContain("The runner ended unexpectedly");
    await untilRemoved(directory);
    await journal.close();
  });

  test("keeps the final status that its runner sent before it could answer Temporal", async () => {
    const { execution, noted, handle } = await running();
    await reportCompleted(noted.executionId);
    const directory = await left(noted);
    const journal = new FileJournal(directory, logger);
    using _ = recovery(journal, true);
    await untilRemoved(directory);
    expect((await new Workflows(connection, "default").describe(noted))?.pending.size).toBe(0);
    const messages = [{ type: "MESSAGE_AI", content: "Hello" }];
    expect(await handle.result()).toMatchObject({ phase: "EXECUTION_COMPLETED", messages });
    expect(phaseOf(await user.get(execution))).toBe("EXECUTION_COMPLETED");
    await journal.close();
  });

  test("is recovered without a warning if its activity was completed by another process", async () => {
    const { noted, handle } = await running();
    await reportCompleted(noted.executionId);
    const directory = await left(noted);
    const journal = new FileJournal(directory, logger);
    const workflows = new Workflows(connection, "default");
    const answers: boolean[] = [];
    const completeTwice: Workflows["completeActivity"] = async (...args) => {
      for (let n = 0; n < 2; n++) answers.push(await workflows.completeActivity(...args));
      return answers.at(-1) === true;
    };
    using _ = recovery(journal, true, {}, { completeActivity: completeTwice });
    await untilRemoved(directory);
    expect(answers).toEqual([true, false]);
    expect(await handle.result()).toMatchObject({ phase: "EXECUTION_COMPLETED" });
    expect(log.filter((line) => line.includes(noted.executionId) && /WARN|ERROR/.test(line))).toEqual([]);
    await journal.close();
  });

  test("is given up after some hours with a log line", async () => {
    const directory = await left(entry("aex-given-up"));
    const journal = new FileJournal(directory, logger);
    proxy.cut();
    using _ = recovery(journal, true, { giveUpMs: 100 });
    await until("it is given up", () => log.some((line) => /aex-given-up.* is given up after 0\.1 s/.test(line)));
    await untilRemoved(directory);
    await journal.close();
    proxy.mend();
  });
});

describe("execution of a running runner whose key in Redis expired", () => {
  test("continues despite clock differences, and is recovered when its runner is killed later", async () => {
    const { execution, noted, handle } = await running();
    const shared = await RedisConnection.open(redis.config, logger);
    const [owner, other, next] = [1, 2, 3].map(() => new RedisJournal(shared, "default", logger));
    if (owner === undefined || other === undefined || next === undefined) return expect.unreachable();
    await owner.begin(noted);
    const forget = async () => {
      const keys = (await redis.command("KEYS", "stigmer:agent-runner:alive:*")) as string[];
      if (keys.length > 0) await redis.command("DEL", ...keys);
    };
    const forgetting = setInterval(() => void forget(), 50);
    // As if this machine's clock were an hour ahead of Temporal's.
    const workflows = new Workflows(connection, "default");
    const describeLate = async (run: Parameters<Workflows["describe"]>[0]) => {
      const workflow = await workflows.describe(run);
      const pending = [...(workflow?.pending ?? [])].map(
        ([id, { aliveAt }]) => [id, { aliveAt: aliveAt - 3_600_000 }] as const,
      );
      return workflow === undefined ? undefined : { ...workflow, pending: new Map(pending) };
    };
    {
      using _ = recovery(other, false, {}, { describe: describeLate });
      await until("it is seen to live", () =>
        log.some((line) => line.includes(`execution ${noted.executionId} is running`)),
      );
    }
    clearInterval(forgetting);
    expect(phaseOf(await user.get(execution))).toBe("EXECUTION_PENDING");
    await owner.close();
    const found: JournalEntry[] = [];
    await until("it is found", async () => {
      found.push(...(await next.takeAbandoned()));
      return found.length > 0;
    });
    expect(found).toEqual([noted]);
    await Promise.all([other.close(), next.close()]);
    shared.close();
    await handle.terminate();
  });
});
