/**
 * Measures the compiled program in cloud mode and prints the numbers: `bun run bench:cloud`.
 *
 * Redis and Temporal are real. The model, Daytona's API and the issuer of the key are doubles on this machine that answer
 * at once, so that the runner's overhead is measured. Everything shares the machine's processors: several replicas show
 * that they share the work, not how far they scale.
 */

import { create } from "@bufbuild/protobuf";
import { ensureBuilt } from "../scripts/lib/built.ts";
import { silentLogger } from "../src/log/index.ts";
import { RedisConnection } from "../src/redis/index.ts";
import { eventsStream, RedisSink } from "../src/status/redis/index.ts";
import { AgentExecutionStatusSchema, ExecutionPhase } from "../src/stigmer/index.ts";
import { cloudWorld, REDIS_PASSWORD, type Replica } from "../test/support/cloud-world.ts";
import { median, printMachine, rate, residentMb, row, timed } from "./measures.ts";

const STARTS = 10;
const WARM_UP = 20;
const LATENCY_RUNS = 50;
const THROUGHPUT_RUNS = 200;
const CONCURRENCY = 10;
const EVENTS = 5_000;

await ensureBuilt();
await using world = await cloudWorld();
printMachine();
world.ollama.converse(() => ({ text: "Answered." }));

const starts: number[] = [];
for (let n = 0; n < STARTS; n++) {
  let started: Replica | undefined;
  starts.push(
    await timed(async () => {
      started = await world.replica();
    }),
  );
  started?.program.signal("SIGTERM");
  await started?.program.exited;
}
row("from exec to ready, median of 10", `${median(starts).toFixed(0)} ms`);

const replicas = [await world.replica()];
const [first] = replicas;
if (first === undefined) throw new Error("there is no replica");
await Bun.sleep(3_000);
row("resident memory, idle", `${residentMb(first.program.pid).toFixed(0)} MB`);

const session = await world.user.session();
await rate(WARM_UP, 1, () => world.user.ask(session, "Go"));
const latencies: number[] = [];
for (let n = 0; n < LATENCY_RUNS; n++)
  latencies.push(await timed(async () => world.user.ask(await world.user.session(), "Go")));
row("latency of a session's first execution, median of 50", `${median(latencies).toFixed(0)} ms`, "with a new sandbox");
const next: number[] = [];
for (let n = 0; n < LATENCY_RUNS; n++) next.push(await timed(() => world.user.ask(session, "Go")));
row("latency of a later execution, median of 50", `${median(next).toFixed(0)} ms`, "in the same sandbox");

for (const count of [1, 3]) {
  while (replicas.length < count) replicas.push(await world.replica());
  const sessions = await Promise.all(Array.from({ length: CONCURRENCY * 3 }, () => world.user.session()));
  for (const id of sessions) await world.user.ask(id, "Go");
  let turn = 0;
  const ask = () => world.user.ask(sessions[turn++ % sessions.length] ?? "", "Go");
  const perSecond = await rate(THROUGHPUT_RUNS, CONCURRENCY, ask);
  row(`executions, ${CONCURRENCY} at a time, ${count} replica${count > 1 ? "s" : ""}`, `${perSecond.toFixed(1)} /s`);
}
const taken = replicas.map(({ program }) => program.output().split("Execution started").length - 1);
row("of all, by replica", taken.join(" + "));
row(
  "resident memory at the end, by replica",
  replicas.map(({ program }) => residentMb(program.pid).toFixed(0)).join(", "),
  "MB",
);

const { host, port } = world.redis;
const config = { host, port, password: REDIS_PASSWORD, db: 0, threadTtlMs: 60_000, eventsTtlMs: 60_000 };
const redis = await RedisConnection.open(config, silentLogger);
const sink = new RedisSink(redis, config.eventsTtlMs, silentLogger);
const status = create(AgentExecutionStatusSchema, {
  phase: ExecutionPhase.EXECUTION_IN_PROGRESS,
  messages: Array.from({ length: 10 }, (_, n) => ({ content: `Message ${n} `.repeat(20) })),
});
let sent = 0;
const deliver = () => sink.deliver({ executionId: `aex-${sent++ % CONCURRENCY}`, status, terminal: false });
const events = await rate(EVENTS, CONCURRENCY, deliver);
const kept = await redis.run((client) => client.xlen(eventsStream("aex-0")));
row(
  `events through Redis, ${CONCURRENCY} executions at a time`,
  `${events.toFixed(0)} /s`,
  `of 2 KB each; ${kept} kept of one execution`,
);
redis.close();
