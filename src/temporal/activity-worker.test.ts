import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { silentLogger } from "../log/index.ts";
import { yieldToEventLoop } from "../shared/time.ts";
import { ActivityWorker, type ActivityWorkerDeps } from "./activity-worker.ts";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test("a drain ends soon if Temporal is gone, although the SDK goes on repeating its calls", async () => {
  const never = () => new Promise<never>(() => undefined);
  let isShutDown = false;
  const deps = {
    worker: { getState: () => "RUNNING", shutdown: () => (isShutDown = true) },
    connection: { withDeadline: never, workflowService: {} },
    slots: { close: () => undefined, openPolls: 1, pollsAnswered: never },
    expected: { count: 0 },
    log: silentLogger,
  } as unknown as ActivityWorkerDeps;
  const drained = new ActivityWorker(deps).drain(Date.now() + 600_000);
  for (let second = 0; second < 5; second++) {
    await yieldToEventLoop();
    jest.advanceTimersByTime(1_000);
  }
  await drained;
  expect(isShutDown).toBe(true);
});
