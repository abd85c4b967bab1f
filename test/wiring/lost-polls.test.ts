/** A worker that gets no tasks although Temporal answers other calls, with a real Temporal behind a proxy. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readinessOf } from "../../src/admin/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { HealthMonitor } from "../../src/runner/health-monitor.ts";
import { OwnPoller } from "../../src/runner/own-poller.ts";
import { Readiness } from "../../src/runner/readiness.ts";
import { temporalCheck } from "../../src/runner/temporal-check.ts";
import {
  type ActivityWorker,
  connectTemporal,
  createActivityWorker,
  describeTaskQueue,
  installTemporalRuntime,
  type NativeConnection,
} from "../../src/temporal/index.ts";
import { type ActivityCaller, activityCaller } from "../support/activity-caller.ts";
import { until } from "../support/eventually.ts";
import { type GrpcProxy, startGrpcProxy } from "../support/grpc-proxy.ts";
import { startTemporal } from "../support/temporal.ts";

const EXECUTE = "execute";
const POLL = "PollActivityTaskQueue";
/** Much longer than the pause between two tasks, so that polls are answered often enough while all is well. */
const LIMIT_MS = 5_000;
const TASK_EVERY_MS = 200;
const DESCRIBE_TIMEOUT_MS = 10_000;

const closing = new AsyncDisposableStack();
let proxy: GrpcProxy;
let caller: ActivityCaller;
/** Through the proxy. */
let connection: NativeConnection;
let executed = 0;

beforeAll(async () => {
  installTemporalRuntime(silentLogger);
  const temporal = closing.use(await startTemporal());
  proxy = closing.use(await startGrpcProxy(temporal.address));
  const direct = await connectTemporal({ ...config(""), address: temporal.address });
  closing.defer(() => direct.close());
  caller = closing.use(await activityCaller(direct));
  connection = await connectTemporal(config(""));
  closing.defer(() => connection.close());
});
afterAll(() => closing.disposeAsync());

function config(taskQueue: string) {
  return { address: proxy.address, namespace: "default", taskQueue, maxConcurrency: 10 };
}

/** A worker that polls a queue until the end of the tests. */
async function polling(taskQueue: string): Promise<ActivityWorker> {
  const worker = await createActivityWorker({
    connection,
    config: config(taskQueue),
    activities: { [EXECUTE]: async () => void executed++ },
    executionType: EXECUTE,
    announcingType: "announce",
    identity: `polls ${taskQueue}`,
    gracePeriodMs: 1_000,
    log: silentLogger,
  });
  const running = worker.run();
  closing.defer(async () => {
    await worker.drain(Date.now());
    await running;
  });
  worker.slots.allow(Number.POSITIVE_INFINITY);
  return worker;
}

/** Gives the worker a task now and then. */
function giveTasks(taskQueue: string): Disposable {
  const options = { taskQueue, startToCloseTimeout: "20 s", retry: { maximumAttempts: 1 } } as const;
  const timer = setInterval(() => {
    caller.start({ name: EXECUTE, args: [], options }).catch(() => undefined);
  }, TASK_EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

test("readiness says that no poll is answered, although Temporal answers other calls, and when that is over", async () => {
  const temporal = config("swallowed");
  const worker = await polling("swallowed");
  using _tasks = giveTasks("swallowed");
  const check = temporalCheck({ connection, worker, temporal, unansweredLimitMs: LIMIT_MS });
  const monitor = new HealthMonitor([check], silentLogger);
  closing.defer(() => monitor.stop());
  const readiness = new Readiness();
  readiness.follow(monitor);
  void monitor.start();
  const lifecycle = { state: "running", startedAt: new Date(), deadline: undefined, requestDrain: () => undefined };
  const now = () => readinessOf({ lifecycle, checks: () => readiness.checks });
  await until("it executes", () => executed > 5);
  await until("it is ready", () => now().isReady);

  proxy.treat(POLL, "swallow");
  await until("it is not ready", () => !now().isReady);
  expect(now().reasons).toEqual([
    expect.stringMatching(/^Temporal: no poll was answered for [\d.]+ s; Temporal normally answers within 60 s\. Look/),
  ]);
  const before = executed;
  expect(worker.slots.openPolls).toBeGreaterThan(0);

  proxy.treat(POLL, "pass");
  await until("it is ready again", () => now().isReady);
  await until("it executes again", () => executed > before);
});

test("what was not answered while Temporal was away is no reason to be unready afterwards", async () => {
  const worker = await polling("away");
  const temporal = config("away");
  const check = temporalCheck({ connection, worker, temporal, unansweredLimitMs: LIMIT_MS });
  await until("its polls are old", () => worker.slots.unansweredMs > LIMIT_MS);
  expect(await check.check()).toMatchObject({ reason: expect.stringContaining("no poll was answered") });

  proxy.treat("DescribeNamespace", "refuse");
  expect(await check.check()).toMatchObject({ reason: expect.not.stringContaining("no poll was answered") });
  proxy.treat("DescribeNamespace", "pass");
  expect(worker.slots.unansweredMs).toBeGreaterThan(LIMIT_MS);
  expect(await check.check()).toBeUndefined();
  await until("they are too old again", async () => (await check.check()) !== undefined);
});

test("a runner whose polls are answered by something else than Temporal is degraded, until they reach it", async () => {
  proxy.treat(POLL, "answer-empty");
  const worker = await polling("elsewhere");
  const isPolling = () => worker.slots.openPolls > 0;
  const poller = new OwnPoller({ identity: "polls elsewhere", taskQueue: "elsewhere", isPolling });
  const look = async () => {
    poller.look(await describeTaskQueue(connection, config("elsewhere"), DESCRIBE_TIMEOUT_MS));
    return (await poller.check())?.status ?? "ok";
  };
  await until("it is degraded", async () => (await look()) === "degraded");

  proxy.treat(POLL, "pass");
  await until("it is listed", async () => (await look()) === "ok");
  for (let count = 0; count < 5; count++) expect(await look()).toBe("ok");
});
