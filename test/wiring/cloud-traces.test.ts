/** Traces of the compiled program in cloud mode, received by a collector. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import type { AgentExecution } from "../../src/stigmer/index.ts";
import { type CloudWorld, cloudWorld, REDIS_PASSWORD } from "../support/cloud-world.ts";
import { until } from "../support/eventually.ts";
import { startOtlpReceiver } from "../support/otlp/receiver.ts";
import { coverage, treeOf } from "../support/otlp/trace-tree.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { waitingExecution } from "../support/waiting-execution.ts";

let world: CloudWorld;
beforeAll(async () => {
  world = await cloudWorld();
});
afterAll(() => world?.[Symbol.asyncDispose]());

test("each of two executions of a session is one trace, whichever replica runs it, without any secret of the runners", async () => {
  await using collector = startOtlpReceiver();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
    // Only the end sends them.
    OTEL_BSP_SCHEDULE_DELAY: "3600000",
    // A replica beside others waits this long for its open polls.
    DRAIN_TIMEOUT: "1",
  };
  const replicas = [await world.replica(env), await world.replica(env)];
  const { execution, session, go } = await waitingExecution(world);
  const second = await world.user.begin(session, "And now?");
  const pages = async () =>
    await Promise.all(replicas.map(async ({ admin }) => JSON.parse((await admin("/executions")).text)));
  const waiting = async () => JSON.stringify(await pages()).includes('"waiting-for-thread"');
  await until("the second execution waits for the first one", waiting);
  await go();
  for (const each of [execution, second]) expect(phaseOf(await world.user.ended(each))).toBe("EXECUTION_COMPLETED");
  await until("both replicas are idle", async () => (await pages()).every(({ inFlight }) => inFlight === 0));
  for (const { program } of replicas) program.signal("SIGTERM");
  expect(await Promise.all(replicas.map(({ program }) => program.exited))).toEqual([0, 0]);

  const roots = collector.spans.filter(({ parentId }) => parentId === "");
  const ids = roots.map(({ attributes }) => attributes["stigmer.execution.id"]);
  expect(ids.toSorted()).toEqual([execution, second].map(({ metadata }) => metadata?.id ?? "").toSorted());
  expect(new Set(roots.map(({ traceId }) => traceId)).size).toBe(2);
  for (const root of roots) {
    const spans = collector.spans.filter(({ traceId }) => traceId === root.traceId);
    expect(treeOf(spans, root).length).toBe(spans.length);
    expect(coverage(spans, root)).toBeGreaterThanOrEqual(0.99);
    const [sandbox] = spans.filter(({ name }) => name === "acquire sandbox");
    expect(sandbox?.attributes["stigmer.sandbox.id"]).toBe(world.daytona.alive[0]?.id ?? "");
    const sinks = spans.flatMap(({ attributes }) => attributes["stigmer.status.sink"] ?? []);
    expect(new Set(sinks)).toEqual(new Set(["the Stigmer API", "Redis"]));
  }
  const spansOf = (one: AgentExecution) => {
    const root = roots.find(({ attributes }) => attributes["stigmer.execution.id"] === one.metadata?.id);
    return collector.spans.filter(({ traceId }) => traceId === root?.traceId);
  };
  const waits = spansOf(second).filter(({ name }) => name === "wait for thread");
  const [tool] = spansOf(execution).filter(({ name }) => name === "execute_tool execute");
  // Times of two processes of one machine: it waits at least until the other one's command has ended.
  expect(Math.max(...waits.map(({ end }) => end))).toBeGreaterThanOrEqual(tool?.end ?? Number.NaN);
  const everything = JSON.stringify(collector.spans);
  expect(everything).toContain("Done.");
  for (const secret of [REDIS_PASSWORD, world.daytona.apiKey, world.apiKey]) expect(everything).not.toContain(secret);
});
