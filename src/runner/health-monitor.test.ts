import { afterEach, describe, expect, test } from "bun:test";
import { until } from "../../test/support/eventually.ts";
import { createLogger } from "../log/index.ts";
import { degraded, failed, type HealthCheck, type HealthProblem } from "../shared/health.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { HealthMonitor } from "./health-monitor.ts";

const monitors: HealthMonitor[] = [];
afterEach(() => {
  for (const monitor of monitors.splice(0)) monitor.stop();
});

/** A monitor, and the messages that it logged with their levels. */
function monitorOf(...checks: HealthCheck[]) {
  let changes = 0;
  const lines: string[] = [];
  const write = (line: string) => lines.push(line.trimEnd().split(" - ").slice(2).join(" - "));
  const log = createLogger({ level: "debug", format: "text", mask: new SecretMask(), write });
  const monitor = new HealthMonitor(checks, log, () => {
    changes++;
  });
  monitors.push(monitor);
  return { monitor, lines, changes: () => changes };
}

/** A check with the result that a test has set. */
function checkOf(name: string, first?: HealthProblem) {
  let current = first;
  const check: HealthCheck = { name, check: async () => current };
  return { check, say: (next: HealthProblem | undefined) => (current = next) };
}

describe("health monitor", () => {
  test("has no results before the checks have run", async () => {
    const { monitor } = monitorOf(checkOf("Temporal").check);
    expect(monitor.results).toBeUndefined();
  });

  test("has a result of each check once it has started", async () => {
    const { monitor } = monitorOf(checkOf("Temporal").check, checkOf("Stigmer", failed("not reachable")).check);
    await monitor.start();
    expect(monitor.results).toMatchObject([
      { name: "Temporal", status: "ok" },
      { name: "Stigmer", status: "failed", reason: "not reachable" },
    ]);
  });

  test("reports changes only after all checks have run once", async () => {
    const { check, say } = checkOf("Redis");
    const { monitor, changes } = monitorOf(checkOf("Temporal").check, check, checkOf("Stigmer").check);
    await monitor.start();
    expect(changes()).toBe(1);
    say(failed("gone"));
    await monitor.start();
    expect(changes()).toBe(2);
  });

  test("runs checks at the same time, so that one that hangs does not hide the others", async () => {
    const second = Promise.withResolvers<undefined>();
    const waits: HealthCheck = { name: "first", check: () => second.promise };
    const ends: HealthCheck = {
      name: "second",
      check: async () => {
        second.resolve(undefined);
        return undefined;
      },
    };
    const { monitor } = monitorOf(waits, ends);
    await monitor.start();
    expect(monitor.results?.map(({ name, status }) => [name, status])).toEqual([
      ["first", "ok"],
      ["second", "ok"],
    ]);
  });

  test("goes on running the others while one hangs in its first run", async () => {
    const hangs: HealthCheck = { name: "first", check: () => new Promise(() => undefined) };
    let runs = 0;
    const counts: HealthCheck = {
      name: "second",
      check: async () => {
        runs++;
        return undefined;
      },
    };
    const { monitor } = monitorOf(hangs, counts);
    void monitor.start();
    await until("the second check runs again", () => {
      monitor.recheck();
      return runs > 1;
    });
  });

  test("counts a check that throws as failed", async () => {
    const broken: HealthCheck = {
      name: "Broken",
      check: async () => {
        throw new Error("a defect");
      },
    };
    /** One that needs to know itself. */
    class Own implements HealthCheck {
      readonly name = "Own";
      readonly #reason = "mine";
      async check() {
        return failed(this.#reason);
      }
    }
    const { monitor } = monitorOf(broken, new Own());
    await monitor.start();
    expect(monitor.results).toMatchObject([
      { name: "Broken", status: "failed", reason: "a defect" },
      { name: "Own", status: "failed", reason: "mine" },
    ]);
  });

  test("logs only changes", async () => {
    const { check, say } = checkOf("Stigmer", failed("not reachable"));
    const { monitor, lines } = monitorOf(check);
    // Each start makes a round at once; the rounds by the clock are seconds apart.
    await monitor.start();
    await monitor.start();
    say(undefined);
    await monitor.start();
    await monitor.start();
    say(failed("gone again", ["Start it.", "Check the address."]));
    await monitor.start();
    say(degraded("slow"));
    await monitor.start();
    expect(lines).toEqual([
      "WARN - Stigmer is unhealthy: not reachable",
      "INFO - Stigmer has recovered",
      "WARN - Stigmer is unhealthy: gone again. Start it. Check the address.",
      "WARN - Stigmer is degraded: slow",
    ]);
    expect(monitor.results).toMatchObject([{ name: "Stigmer", status: "degraded", reason: "slow" }]);
  });

  test("remembers since when a check has its status, and its last success and error", async () => {
    const { check, say } = checkOf("Redis");
    const { monitor } = monitorOf(check);
    await monitor.start();
    const [first] = monitor.results ?? [];
    expect(first).toMatchObject({
      since: first?.checkedAt,
      lastSuccess: first?.checkedAt,
      latencyMs: expect.any(Number),
    });
    expect(first?.lastError).toBeUndefined();

    say(failed("gone"));
    await monitor.start();
    const [second] = monitor.results ?? [];
    await monitor.start();
    const [third] = monitor.results ?? [];
    expect(third).toMatchObject({
      since: second?.checkedAt,
      lastSuccess: first?.lastSuccess,
      lastError: { at: third?.checkedAt, reason: "gone" },
    });

    say(undefined);
    await monitor.start();
    expect(monitor.results).toMatchObject([{ status: "ok", lastError: { at: third?.checkedAt, reason: "gone" } }]);
  });

  test("logs nothing about checks that succeed from the start", async () => {
    const { monitor, lines } = monitorOf(checkOf("Temporal").check);
    await monitor.start();
    expect(lines).toEqual([]);
  });
});
