/**
 * Measures the compiled program in local mode and prints the numbers: `bun run bench`.
 *
 * Everything is real except the model, which answers at once, so that the runner's overhead is measured. The floor is the
 * same workflow on the same Temporal server with activities that answer at once, measured in the same run.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { Worker } from "@temporalio/worker";
import { ensureBuilt, program } from "../scripts/lib/built.ts";
import { createLogger } from "../src/log/index.ts";
import { SecretMask } from "../src/shared/secret-mask.ts";
import {
  AgentCommandController,
  AgentExecutionCommandController,
  AgentExecutionQueryController,
  SessionCommandController,
} from "../src/stigmer/index.ts";
import { protobufJsonCodec } from "../src/temporal/index.ts";
import { startOllamaDouble } from "../test/support/ollama-double.ts";
import { type RunningProgram, startProgram } from "../test/support/program.ts";
import { startLocalServers } from "./local-servers.ts";
import { median, printMachine, rate, residentMb, row, timed, times } from "./measures.ts";

const STARTS = 10;
const IDLE_MS = 3_000;
const WARM_UP = 20;
const LATENCY_RUNS = 100;
const THROUGHPUT_RUNS = 200;
const CONCURRENCY = 10;
const FLOOR_QUEUE = "floor";

await ensureBuilt();
const log = createLogger({
  level: "error",
  format: "text",
  mask: new SecretMask(),
  write: (lines) => void process.stderr.write(lines),
});
await using servers = await startLocalServers(log);
await using open = new AsyncDisposableStack();
const { folder, connection, client: stigmer } = servers;
const ollama = open.use(startOllamaDouble());
const dataConverter = { payloadCodecs: [protobufJsonCodec] };

const floorWorker = await Worker.create({
  connection,
  taskQueue: FLOOR_QUEUE,
  dataConverter,
  activities: { EnsureThread: async () => "thread", ExecuteGraphton: async () => ({ phase: "EXECUTION_COMPLETED" }) },
});
const floorWorking = floorWorker.run();
open.defer(async () => {
  floorWorker.shutdown();
  await floorWorking;
});
const client = new Client({ connection, dataConverter });

const env = { ...servers.env, OLLAMA_BASE_URL: ollama.url, LOG_LEVEL: "info" };
const start = (): RunningProgram => startProgram(program, [], env, folder);

printMachine();

row("file", `${(Bun.file(program).size / 1e6).toFixed(0)} MB`, "target: at most 125 MB");
const versions: number[] = [];
for (let n = 0; n < STARTS; n++)
  versions.push(await timed(() => Bun.spawn([program, "--version"], { stdout: "ignore" }).exited));
row("from exec to the end of --version, median of 10", `${median(versions).toFixed(0)} ms`);
// In turn, so that both are measured under the same conditions.
const firstStarts: number[] = [];
const laterStarts: number[] = [];
for (let n = 0; n < STARTS; n++) {
  await forgetNativeBridge();
  firstStarts.push(await timeToReady());
  laterStarts.push(await timeToReady());
}
row("from exec to ready, median of 10", `${median(laterStarts).toFixed(0)} ms`, "target: at most 600 ms");
row(
  "from exec to ready, first start, median of 10",
  `${median(firstStarts).toFixed(0)} ms`,
  "target: at most 100 ms more",
);

await forgetNativeBridge();
row("resident memory, idle, first start", `${(await idleMemory()).toFixed(0)} MB`, "target: at most 125 MB");
await using runner = start();
await runner.says("Worker ready");
await Bun.sleep(IDLE_MS);
row("resident memory, idle", `${residentMb(runner.pid).toFixed(0)} MB`, "target: at most 125 MB");

const agent = await stigmer.call(AgentCommandController.method.apply, {
  metadata: { name: "bench" },
  spec: { instructions: "Answer." },
});
ollama.converse(() => ({ text: "Answered." }));
await times(WARM_UP, 1, execution);
await times(WARM_UP, 1, floor);
// Alternating, so that both are measured under the same conditions.
const latencies: number[] = [];
const floors: number[] = [];
for (let n = 0; n < LATENCY_RUNS; n++) {
  floors.push(await timed(floor));
  latencies.push(await timed(execution));
}
row("latency of the floor, median of 100, one at a time", `${median(floors).toFixed(1)} ms`);
row(
  "latency of an execution, median of 100, one at a time",
  `${median(latencies).toFixed(1)} ms`,
  `${(median(latencies) / median(floors)).toFixed(2)} × floor; target: at most 1.50 ×`,
);
const inRunner: number[] = [];
const inFloor: number[] = [];
for (let n = 0; n < 20; n++) {
  inFloor.push(await activityMs(await floor()));
  inRunner.push(await activityMs(await execution()));
}
row("of it in the activity: floor, median of 20", `${median(inFloor).toFixed(1)} ms`);
row("of it in the activity: execution, median of 20", `${median(inRunner).toFixed(1)} ms`);
row("resident memory after 100 executions", `${residentMb(runner.pid).toFixed(0)} MB`);

const floorRate = await rate(THROUGHPUT_RUNS, CONCURRENCY, floor);
const executionRate = await rate(THROUGHPUT_RUNS, CONCURRENCY, execution);
row(`floor, ${CONCURRENCY} at a time`, `${floorRate.toFixed(0)} /s`);
row(`executions, ${CONCURRENCY} at a time`, `${executionRate.toFixed(0)} /s`);

ollama.converse((_, turn) =>
  turn === 0
    ? { text: "", tools: [{ name: "write_file", args: { file_path: "x.txt", content: "x" } }] }
    : { text: "Done." },
);
const withTool: number[] = [];
for (let n = 0; n < 30; n++) withTool.push(await timed(execution));
row("latency with one tool call, median of 30", `${median(withTool).toFixed(1)} ms`);
row("resident memory at the end", `${residentMb(runner.pid).toFixed(0)} MB`);
runner.signal("SIGTERM");
await runner.exited;

/** Runs an execution as a user starts it, until its final status. @returns its workflow's id */
async function execution(): Promise<string> {
  const session = await stigmer.call(SessionCommandController.method.create, {
    spec: { agentInstanceId: agent.status?.defaultInstanceId ?? "" },
  });
  const created = await stigmer.call(AgentExecutionCommandController.method.create, {
    spec: { sessionId: session.metadata?.id ?? "", message: "Go" },
  });
  const id = created.metadata?.id ?? "";
  for await (const _ of stigmer.stream(AgentExecutionQueryController.method.subscribe, { value: id }));
  return `stigmer/agent-execution/invoke/${id}`;
}

/** Runs the same workflow with activities that answer at once. @returns its id */
async function floor(): Promise<string> {
  const workflowId = crypto.randomUUID();
  await client.workflow.execute("stigmer/agent-execution/invoke", {
    taskQueue: "agent_execution_stigmer",
    workflowId,
    memo: { activityTaskQueue: FLOOR_QUEUE },
    args: [{ metadata: { id: "floor" }, spec: { sessionId: "floor" } }],
  });
  return workflowId;
}

/** Makes the next start the first one: it has to unpack Temporal's native library. */
async function forgetNativeBridge(): Promise<void> {
  await rm(join(servers.dataDir, "native-bridge"), { recursive: true, force: true });
}

async function timeToReady(): Promise<number> {
  const started = performance.now();
  await using one = start();
  await one.says("Worker ready");
  const ready = performance.now() - started;
  one.signal("SIGTERM");
  await one.exited;
  return ready;
}

async function idleMemory(): Promise<number> {
  await using one = start();
  await one.says("Worker ready");
  await Bun.sleep(IDLE_MS);
  const found = residentMb(one.pid);
  one.signal("SIGTERM");
  await one.exited;
  return found;
}

/** Duration of the agent's activity according to the server: from its start to its result. */
async function activityMs(workflowId: string): Promise<number> {
  const handle = client.workflow.getHandle(workflowId);
  await handle.result();
  const { events = [] } = await handle.fetchHistory();
  const times = (events ?? []).map((event) => {
    const { seconds, nanos } = event.eventTime ?? {};
    return { event, ms: Number(seconds ?? 0) * 1000 + (nanos ?? 0) / 1e6 };
  });
  const started = times.findLast(({ event }) => event.activityTaskStartedEventAttributes);
  const completed = times.findLast(({ event }) => event.activityTaskCompletedEventAttributes);
  return (completed?.ms ?? Number.NaN) - (started?.ms ?? Number.NaN);
}
