import { afterEach, describe, expect, test } from "bun:test";
import { collectedLog } from "../../test/support/collected-log.ts";
import { pause, until } from "../../test/support/eventually.ts";
import { Admission, MAX_FAILURES_IN_A_ROW } from "./admission.ts";

const never = new AbortController().signal;
const admissions: Admission[] = [];
afterEach(() => {
  for (const admission of admissions.splice(0)) admission.stop();
});

/** An admission, how many executions it allowed at last, and how often it asked for the checks to be made. */
function admissionOf({ mayHaveReplicas = true, isHealthy = true, holdMs = 50 } = {}) {
  const seen = { allowed: 0, rechecks: 0 };
  const { log, lines } = collectedLog();
  const drain = new AbortController();
  const admission = new Admission({
    allow: (count) => {
      seen.allowed = count;
    },
    mayHaveReplicas,
    drainRequested: drain.signal,
    recheck: () => {
      seen.rechecks++;
    },
    trialBackoff: { initialMs: 20, maxMs: 40 },
    holdMs,
    log,
  });
  admissions.push(admission);
  if (isHealthy) admission.checked([]);
  return { admission, seen, lines, drain };
}

/** Fails until only trials are accepted. */
function failUntilPaused(admission: Admission): void {
  for (let n = 0; n < MAX_FAILURES_IN_A_ROW; n++) admission.failed("no sandbox is available");
}

describe("admission", () => {
  test("accepts executions only when all necessary checks have passed", () => {
    const { admission, seen } = admissionOf({ isHealthy: false });
    expect(admission.paused).toBeDefined();
    admission.checked(["Redis", "Daytona"]);
    expect([seen.allowed, admission.paused]).toEqual([0, "Redis, Daytona"]);
    admission.checked([]);
    expect([seen.allowed, admission.paused]).toEqual([Number.POSITIVE_INFINITY, undefined]);
    admission.checked(["Redis"]);
    expect(seen.allowed).toBe(0);
  });

  test("is silent while the runner drains", () => {
    const { admission, lines, drain } = admissionOf();
    drain.abort();
    admission.checked(["Redis"]);
    admission.checked([]);
    expect(lines.filter((line) => /Accepting (no )?executions/.test(line))).toHaveLength(1);
  });

  test("accepts executions after a single infrastructure failure, and rechecks at once", () => {
    const { admission, seen } = admissionOf();
    admission.failed("no sandbox is available");
    expect([seen.allowed, seen.rechecks]).toEqual([Number.POSITIVE_INFINITY, 1]);
  });

  test("accepts executions after failures with different reasons, or with a success in between", () => {
    const { admission, seen } = admissionOf();
    for (let n = 0; n < 10; n++)
      admission.failed(n % 2 === 0 ? "no sandbox is available" : "the memory cannot be used");
    for (let n = 0; n < 10; n++) {
      admission.failed("no sandbox is available");
      admission.worked();
    }
    expect(seen.allowed).toBe(Number.POSITIVE_INFINITY);
  });

  test("always accepts executions on a runner without replicas, so that users see the error", () => {
    const { admission, seen } = admissionOf({ mayHaveReplicas: false });
    for (let n = 0; n < 10; n++) admission.failed("no sandbox is available");
    expect(seen.allowed).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("after several consecutive failures for the same reason", () => {
  test("none is accepted, then a single one is tried, and all are accepted again when it works", async () => {
    const { admission, seen } = admissionOf();
    failUntilPaused(admission);
    expect(seen.allowed).toBe(0);
    expect(admission.paused).toContain("no sandbox is available");
    await until("one is tried", () => seen.allowed > 0);
    expect(seen.allowed).toBe(1);
    admission.worked();
    expect([seen.allowed, admission.paused]).toEqual([Number.POSITIVE_INFINITY, undefined]);
  });

  test("a failed trial is followed by another pause", async () => {
    const { admission, seen } = admissionOf();
    failUntilPaused(admission);
    await until("one is tried", () => seen.allowed > 0);
    admission.failed("no sandbox is available");
    expect(seen.allowed).toBe(0);
    await until("one is tried", () => seen.allowed > 0);
    expect(seen.allowed).toBe(1);
  });

  test("a trial without an outcome, such as a cancelled one, is followed by another one", async () => {
    const { admission, seen } = admissionOf();
    failUntilPaused(admission);
    await until("one is tried", () => seen.allowed > 0);
    // It was taken, and nothing more is heard of it.
    seen.allowed = 0;
    await until("one is tried", () => seen.allowed > 0);
    expect(seen.allowed).toBe(1);
  });

  test("a check reports it, without stopping trials, until one works", async () => {
    const { admission } = admissionOf();
    const { check } = admission;
    expect([await check.check(), check.stopsWork]).toEqual([undefined, false]);
    failUntilPaused(admission);
    expect(await check.check()).toMatchObject({
      status: "failed",
      reason: expect.stringContaining("no sandbox is available"),
    });
    admission.worked();
    expect(await check.check()).toBeUndefined();
  });

  test("one of the waiting executions becomes the trial", async () => {
    const { admission, seen } = admissionOf({ holdMs: 60_000 });
    failUntilPaused(admission);
    const entered: number[] = [];
    const [first, second] = [1, 2].map((n) => admission.waitUntilAllowed(never).then(() => entered.push(n)));
    await first;
    expect([entered, seen.allowed]).toEqual([[1], 0]);
    admission.worked();
    await second;
  });

  test("failures of executions that were already running do not extend the pause", () => {
    const { admission, seen } = admissionOf();
    failUntilPaused(admission);
    for (let n = 0; n < 100; n++) admission.failed("no sandbox is available");
    expect(seen.allowed).toBe(0);
  });

  test("there is no trial while a check fails, and none is needed once it passes", async () => {
    const { admission, seen } = admissionOf();
    failUntilPaused(admission);
    admission.checked(["Daytona"]);
    // Longer than until a trial.
    await pause(100);
    expect(seen.allowed).toBe(0);
    admission.checked([]);
    expect([seen.allowed, admission.paused]).toEqual([Number.POSITIVE_INFINITY, undefined]);
  });
});

describe("an execution that arrives anyway", () => {
  test("begins at once while executions are accepted", async () => {
    await admissionOf().admission.waitUntilAllowed(never);
  });

  test("waits until executions are accepted again", async () => {
    const { admission } = admissionOf({ isHealthy: false });
    const order: string[] = [];
    const entered = admission.waitUntilAllowed(never).then(() => order.push("entered"));
    order.push("healthy");
    admission.checked([]);
    await entered;
    expect(order).toEqual(["healthy", "entered"]);
  });

  test("is tried after it has waited for long", async () => {
    await admissionOf({ isHealthy: false }).admission.waitUntilAllowed(never);
  });

  test("ends with the signal's reason when it aborts", async () => {
    const { admission } = admissionOf({ isHealthy: false });
    const controller = new AbortController();
    const entering = admission.waitUntilAllowed(controller.signal);
    const reason = new Error("cancelled");
    controller.abort(reason);
    await expect(entering).rejects.toBe(reason);
  });
});
