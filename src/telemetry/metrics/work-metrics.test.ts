import { expect, test } from "bun:test";
import { raise } from "../../../test/support/execution-metrics.ts";
import { DeferringRegistry } from "./deferring-registry.ts";
import { workMetrics } from "./work-metrics.ts";

const MINUTE = 60_000;

/** What is shown of the group's sandboxes, by state. */
async function sandboxesOn(registry: DeferringRegistry): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).matchAll(/^agent_runner_group_sandboxes\{state="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...lines].map(([, state = "", count]) => [state, Number(count)]));
}

test("all sandboxes of the group are shown by state, until another replica must have looked since", async () => {
  const registry = new DeferringRegistry(raise);
  let now = 0;
  const measures = workMetrics(registry, () => now);
  const none = { started: 0, stopped: 0, archived: 0, error: 0, other: 0 };
  expect(await sandboxesOn(registry)).toEqual(none);
  measures.sandboxesListed(["started", "stopped", "stopped", "building_snapshot", "unknown"]);
  now += 30 * MINUTE;
  expect(await sandboxesOn(registry)).toEqual({ ...none, started: 1, stopped: 2, other: 2 });
  measures.sandboxesListed(["error"]);
  now += 30 * MINUTE;
  expect(await sandboxesOn(registry)).toEqual({ ...none, error: 1 });
  now += 11 * MINUTE;
  expect(await sandboxesOn(registry)).toEqual(none);
});

test("what parts of the runner report is counted, in seconds", async () => {
  const registry = new DeferringRegistry(raise);
  const measures = workMetrics(registry);
  measures.sandboxLockWaited(250);
  measures.masked(500);
  measures.orphanDeleted();
  const lines = (await registry.metrics()).split("\n");
  for (const line of [
    "agent_runner_sandbox_lock_wait_seconds_sum 0.25",
    "agent_runner_sandbox_lock_wait_seconds_count 1",
    "agent_runner_masking_seconds_total 0.5",
    "agent_runner_orphaned_sandboxes_deleted_total 1",
  ])
    expect(lines).toContain(line);
});

test("what is reported never throws, whatever becomes of it", async () => {
  const failures: unknown[] = [];
  const registry = new DeferringRegistry((error) => failures.push(error));
  const measures = workMetrics(registry);
  measures.masked(Number.NaN);
  for (let text = 0; text < 1_000; text++) measures.masked(1);
  measures.masked(-1);
  const seconds = /^agent_runner_masking_seconds_total (.*)$/m.exec(await registry.metrics())?.[1];
  expect(Number(seconds)).toBeCloseTo(1);
  expect(failures.map(String)).toEqual(["RangeError: A counter cannot be raised by NaN"]);
});
