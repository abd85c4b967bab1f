/** `/metrics` of the compiled program in cloud mode. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { type CloudWorld, cloudWorld, type Replica } from "../support/cloud-world.ts";
import { until } from "../support/eventually.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { waitingExecution } from "../support/waiting-execution.ts";

let world: CloudWorld;
let replica: Replica;
beforeAll(async () => {
  world = await cloudWorld();
  replica = await world.replica();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const scrape = async () => (await replica.admin("/metrics")).text;

/** Value of a series; 0 if there is none. */
const sampleOf = (page: string, series: string) =>
  Number(
    page
      .split("\n")
      .find((line) => line.startsWith(`${series} `))
      ?.slice(series.length + 1) ?? 0,
  );

/** Metrics that docs/metrics.md promises, with their types. */
async function promised(): Promise<string[]> {
  const text = await Bun.file(join(import.meta.dir, "../../docs/metrics.md")).text();
  return [...text.matchAll(/^\| `(agent_runner_\w+)` \| (\w+) \|/gm)].map(([, name, type]) => `# TYPE ${name} ${type}`);
}

test("each documented metric is on the page, with a description", async () => {
  const lines = (await scrape()).split("\n");
  const types = await promised();
  expect(types.length).toBeGreaterThan(35);
  expect(types.filter((type) => !lines.includes(type))).toEqual([]);
  const shown = lines.filter((line) => line.startsWith("# TYPE agent_runner_"));
  expect(shown.toSorted()).toEqual(types.toSorted());
  for (const line of types) {
    const help = lines.find((each) => each.startsWith(`# HELP ${line.split(" ")[2]} `));
    expect(help?.split(" ").length).toBeGreaterThan(4);
  }
});

test("events that reach Redis and those that do not are counted, as are waits for locks", async () => {
  const { execution, go } = await waitingExecution(world);
  const before = await scrape();
  expect(sampleOf(before, 'agent_runner_redis_events_total{result="published"}')).toBeGreaterThan(0);
  expect(sampleOf(before, 'agent_runner_redis_events_total{result="dropped"}')).toBe(0);
  expect(sampleOf(before, 'agent_runner_sandboxes{state="in-use"}')).toBe(1);
  expect(sampleOf(before, "agent_runner_sandbox_lock_wait_seconds_count")).toBe(1);
  expect(sampleOf(before, 'agent_runner_execution_wait_seconds_count{for="thread"}')).toBe(1);

  await world.redis.kill();
  await go();
  const dropped = 'agent_runner_redis_events_total{result="dropped"}';
  await until("an event is dropped", async () => sampleOf(await scrape(), dropped) > 0);
  await world.redis.restart();
  const end = (await world.user.follow(execution)).at(-1);
  expect(end === undefined ? "" : phaseOf(end)).toBe("EXECUTION_COMPLETED");
  const published = 'agent_runner_status_updates_total{sink="redis",outcome="delivered"}';
  expect(sampleOf(await scrape(), published)).toBeGreaterThan(0);
});

test("the delay of the event loop and the sandboxes of the group are shown", async () => {
  const series = (await scrape()).split("\n").map((line) => line.split(" ")[0]);
  for (const statistic of ["p50", "p99", "max"])
    expect(series).toContain(`agent_runner_event_loop_delay_seconds{statistic="${statistic}"}`);
  // All states are there from the start, so that queries find them.
  expect(series).toContain('agent_runner_group_sandboxes{state="stopped"}');
});
