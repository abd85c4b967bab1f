/** A worker that gets no tasks although Temporal answers other calls, with a real Temporal behind a proxy. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readinessOf } from "../../src/admin/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { HealthMonitor } from "../../src/runner/health-monitor.ts";
import { Readiness } from "../../src/runner/readiness.ts";
import { temporalCheck } from "../../src/runner/temporal-check.ts";
import {
  type ActivityWorker,
  connectTemporal,
  createActivityWorker,
  installTemporalRuntime,
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

const closing = new AsyncDisposableStack();
let proxy: GrpcProxy;
let caller: ActivityCaller;
let worker: ActivityWorker;
let readiness: Readiness;
let executed = 0;

beforeAll(async () => {
  installTemporalRuntime(silentLogger);
  const temporal = closing.use(await startTemporal());
  proxy = closing.use(await startGrpcProxy(temporal.address));
  const config = (address: string) => ({ address, namespace: "default", taskQueue: "queue", maxConcurrency: 10 });
  const direct = await connectTemporal(config(temporal.address));
  closing.defer(() => direct.close());
  caller = closing.use(await activityCaller(direct));
  const connection = await connectTemporal(config(proxy.address));
  closing.defer(() => connection.close());
  worker = await createActivityWorker({
    connection,
    config: config(proxy.address),
    activities: { [EXECUTE]: async () => void executed++ },
    executionType: EXECUTE,
    announcingType: "announce",
    identity: "runner",
    gracePeriodMs: 1_000,
    log: silentLogger,
  });
  const running = worker.run();
  closing.defer(async () => {
    await worker.drain(Date.now());
    await running;
  });
  worker.slots.allow(Number.POSITIVE_INFINITY);
  const monitor = new HealthMonitor(
    [temporalCheck({ connection, worker, temporal: config(proxy.address), unansweredLimitMs: LIMIT_MS })],
    silentLogger,
  );
  closing.defer(() => monitor.stop());
  readiness = new Readiness();
  readiness.follow(monitor);
  void monitor.start();
});
afterAll(() => closing.disposeAsync());

/** Gives the worker a task now and then. */
function giveTasks(): Disposable {
  const options = { taskQueue: "queue", startToCloseTimeout: "20 s", retry: { maximumAttempts: 1 } } as const;
  const timer = setInterval(() => {
    caller.start({ name: EXECUTE, args: [], options }).catch(() => undefined);
  }, TASK_EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const lifecycle = { state: "running", startedAt: new Date(), deadline: undefined, requestDrain: () => undefined };
const now = () => readinessOf({ lifecycle, checks: () => readiness.checks });

test("readiness says that no poll is answered, although Temporal answers other calls, and when that is over", async () => {
  using _tasks = giveTasks();
  await until("it executes", () => executed > 5);
  await until("it is ready", () => now().isReady);

  proxy.treat(POLL, "swallow");
  await until("it is not ready", () => !now().isReady);
  expect(now().reasons).toEqual([
    expect.stringMatching(
      /^Temporal: no poll was answered for [\d.]+ s; Temporal normally answers within 60 s\. Look at/,
    ),
  ]);
  const before = executed;
  expect(worker.slots.openPolls).toBeGreaterThan(0);

  proxy.treat(POLL, "pass");
  await until("it is ready again", () => now().isReady);
  await until("it executes again", () => executed > before);
});
