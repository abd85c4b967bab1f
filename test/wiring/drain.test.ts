/** A worker that leaves loses no task, with a real Temporal whose polls last a minute. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { silentLogger } from "../../src/log/index.ts";
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
import { startTemporal, type TestTemporal } from "../support/temporal.ts";

const ANNOUNCE = "announce";
const EXECUTE = "execute";

const closing = new AsyncDisposableStack();
let temporal: TestTemporal;
let connection: NativeConnection;
let caller: ActivityCaller;
let queue: string;
let log: string[];

beforeAll(async () => {
  installTemporalRuntime(silentLogger);
  temporal = closing.use(await startTemporal());
  connection = await connectTemporal(config(""));
  closing.defer(() => connection.close());
  caller = closing.use(await activityCaller(connection));
});
afterAll(() => closing.disposeAsync());

const started: { readonly worker: ActivityWorker; readonly running: Promise<void> }[] = [];
beforeEach(() => {
  queue = `queue-${crypto.randomUUID()}`;
  log = [];
});
afterEach(async () => {
  for (const { worker, running } of started.splice(0)) {
    await worker.drain(Date.now());
    await running;
  }
});

function config(taskQueue: string) {
  return { address: temporal.address, namespace: "default", taskQueue, maxConcurrency: 10 };
}

/** A worker that polls, and its run. */
async function polling(identity: string) {
  const worker = await createActivityWorker({
    connection,
    // Of one version there can be only one in a process.
    config: { ...config(queue), buildId: identity },
    activities: { [ANNOUNCE]: async () => "announced", [EXECUTE]: async () => `executed by ${identity}` },
    executionType: EXECUTE,
    announcingType: ANNOUNCE,
    identity,
    gracePeriodMs: 5_000,
    log: { ...silentLogger, info: (message) => log.push(message), warn: (message) => log.push(message) },
  });
  const running = worker.run();
  started.push({ worker, running });
  worker.slots.allow(Number.POSITIVE_INFINITY);
  await until("it polls", async () => (await pollers()).includes(identity));
  return { worker, running };
}

async function pollers(): Promise<string[]> {
  return (await describeTaskQueue(connection, config(queue), 5_000)).pollers.map(({ identity }) => identity);
}

const options = { startToCloseTimeout: "20 s", heartbeatTimeout: "5 s", retry: { maximumAttempts: 1 } } as const;
const call = (name: string) => ({ name, args: [], options: { ...options, taskQueue: queue } });

describe("draining worker", () => {
  test("ends at once if it is the only poller and nothing was announced", async () => {
    const { worker, running } = await polling("alone");
    await worker.drain(Date.now() + 600_000);
    await running;
    expect(log).toEqual([]);
  });

  test("ends at once on a quiet queue with other pollers", async () => {
    await polling("stays");
    const { worker, running } = await polling("leaves");
    await worker.drain(Date.now() + 600_000);
    await running;
    expect(log).toEqual([]);
  });

  test("runs an announced execution that an open poll returns", async () => {
    const { worker, running } = await polling("leaves");
    const handle = await caller.startBoth(call(ANNOUNCE), call(EXECUTE));
    await until("it was announced", async () => {
      const { events } = await handle.fetchHistory();
      return events?.some((event) => event.activityTaskCompletedEventAttributes) === true;
    });
    const draining = worker.drain(Date.now() + 600_000);
    await until("it waits", () => log.some((line) => line.startsWith("Waiting for Temporal to answer")));
    await caller.goOn(handle);
    expect(await handle.result()).toBe("executed by leaves");
    await draining;
    await running;
  });

  test("takes no new tasks; others take them", async () => {
    await polling("stays");
    const { worker, running } = await polling("leaves");
    await worker.drain(Date.now() + 600_000);
    await running;
    for (let n = 0; n < 5; n++) expect(await (await caller.start(call(EXECUTE))).result()).toBe("executed by stays");
  });

  test("stops waiting at its deadline, and warns that a task may be lost", async () => {
    const { worker, running } = await polling("leaves");
    const handle = await caller.startBoth(call(ANNOUNCE), call(EXECUTE));
    await until("it was announced", async () => {
      const { events } = await handle.fetchHistory();
      return events?.some((event) => event.activityTaskCompletedEventAttributes) === true;
    });
    await worker.drain(Date.now() + 1_500);
    await running;
    expect(log.join("\n")).toContain("not answered in time");
    await handle.terminate();
  });
});
