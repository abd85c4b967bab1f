import { expect, test } from "bun:test";
import { silentLogger } from "../log/index.ts";
import { HealthMonitor } from "./health-monitor.ts";
import { Readiness } from "./readiness.ts";

test("until all checks have run once, readiness says which are waited for", async () => {
  const readiness = new Readiness();
  const reason = () => readiness.checks.map((check) => check.reason);
  expect(reason()).toEqual(["not known yet: the runner is starting"]);
  const model = Promise.withResolvers<undefined>();
  const check = (name: string, result: Promise<undefined>) => ({ name, check: () => result });
  const checks = [check("Temporal", Promise.resolve(undefined)), check("model", model.promise)];
  const monitor = new HealthMonitor(checks, silentLogger);
  readiness.follow(monitor);
  const checked = monitor.start();
  expect(reason()).toEqual(["not known yet: the first health checks are still running (Temporal, model)"]);
  model.resolve(undefined);
  await checked;
  monitor.stop();
  expect(readiness.checks.map(({ name, status }) => [name, status])).toEqual([
    ["Temporal", "ok"],
    ["model", "ok"],
  ]);
});
