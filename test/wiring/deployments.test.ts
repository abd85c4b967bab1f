/** Worker versioning, with Temporal's own CLI as the operator's tool. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { silentLogger } from "../../src/log/index.ts";
import {
  connectTemporal,
  createActivityWorker,
  installTemporalRuntime,
  type NativeConnection,
} from "../../src/temporal/index.ts";
import { commit } from "../../src/version.ts";
import { type ActivityCaller, activityCaller } from "../support/activity-caller.ts";
import { eventually } from "../support/eventually.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";

const QUEUE = "versioned";
const DEPLOYMENT = "agent-runner";

const closing = new AsyncDisposableStack();
let temporal: TestTemporal;
let connection: NativeConnection;
let caller: ActivityCaller;

beforeAll(async () => {
  installTemporalRuntime(silentLogger);
  temporal = closing.use(await startTemporal());
  connection = await connectTemporal(config(QUEUE));
  closing.defer(() => connection.close());
  caller = closing.use(await activityCaller(connection));
});
afterAll(() => closing.disposeAsync());

function config(taskQueue: string) {
  return { address: temporal.address, namespace: "default", taskQueue, maxConcurrency: 1 };
}

/** Starts a worker whose activity tells which one it is. */
async function worker(name: string, more: { deploymentName?: string; buildId?: string }, queue = QUEUE) {
  const started = await createActivityWorker({
    connection,
    config: { ...config(queue), ...more },
    activities: { who: async () => name },
    executionType: "who",
    announcingType: "announce",
    identity: name,
    gracePeriodMs: 1_000,
    log: silentLogger,
  });
  started.slots.allow(Number.POSITIVE_INFINITY);
  const working = started.run();
  return {
    [Symbol.asyncDispose]: async () => {
      await started.drain(Date.now());
      await working;
    },
  };
}

/** Calls the activity once; a task that nobody takes in time has failed. */
async function call(queue: string, scheduleToStartTimeout: "1 s" | "10 min") {
  const once = { retry: { maximumAttempts: 1 }, startToCloseTimeout: "10 min" } as const;
  const options = { taskQueue: queue, scheduleToStartTimeout, ...once } as const;
  return await caller.start({ name: "who", args: [], options });
}

/** Who takes a task of the versioned queue, if it is taken within a second. */
async function outcome(): Promise<unknown> {
  const handle = await call(QUEUE, "1 s");
  return await handle.result().catch(() => "nobody");
}

/** Who takes several tasks of the versioned queue, whenever that is. */
async function takers(): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let count = 0; count < 5; count++) found.push(await (await call(QUEUE, "10 min")).result());
  return found;
}

/** What the operator's command prints. */
async function cli(...args: string[]): Promise<string> {
  const command = ["temporal", "worker", "deployment", ...args, "--address", temporal.address];
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(errors);
  return output;
}

async function makeCurrent(buildId: string): Promise<void> {
  await eventually(() => cli("set-current-version", "--deployment-name", DEPLOYMENT, "--build-id", buildId, "--yes"));
}

test("a versioned worker gets tasks once its version is current, and other versions get none", async () => {
  await using _one = await worker("one", { deploymentName: DEPLOYMENT, buildId: "1" });
  await eventually(async () => expect(await cli("describe", "--name", DEPLOYMENT)).toMatch(/agent-runner\s+1\s/));
  expect(await outcome()).toBe("nobody");

  await makeCurrent("1");
  await eventually(async () => expect(await outcome()).toBe("one"));

  await using _two = await worker("two", { deploymentName: DEPLOYMENT, buildId: "2" });
  await using _unversioned = await worker("unversioned", {});
  expect(await takers()).toEqual(Array(5).fill("one"));

  await makeCurrent("2");
  await eventually(async () => expect(await outcome()).toBe("two"));
  expect(await takers()).toEqual(Array(5).fill("two"));
});

test("a worker without a deployment gets tasks and reports its build id", async () => {
  for (const [queue, more, buildId] of [
    ["own", {}, commit],
    ["named", { buildId: "build-7" }, "build-7"],
  ] as const) {
    await using _worker = await worker("plain", more, queue);
    const handle = await call(queue, "10 min");
    expect(await handle.result()).toBe("plain");
    const { events } = await handle.fetchHistory();
    const versions = events?.flatMap(({ activityTaskStartedEventAttributes: started }) =>
      started ? [started.workerVersion?.buildId] : [],
    );
    expect(versions).toEqual([buildId]);
  }
});
