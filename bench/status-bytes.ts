/**
 * Measures how many bytes of status one execution costs, in the compiled program in cloud mode: `bun run bench:status`.
 *
 * An agent calls `execute` 100 times, then 200 times, each with 9 KB of different output. Twice the work should cost about
 * twice the bytes. Redis, Temporal and the backend are real; model and sandboxes are doubles.
 */
import { Redis } from "ioredis";
import { ensureBuilt } from "../scripts/lib/built.ts";
import { eventsChannel, eventsStream } from "../src/status/redis/index.ts";
import { cloudWorld, REDIS_PASSWORD } from "../test/support/cloud-world.ts";
import { eventually } from "../test/support/eventually.ts";
import { phaseOf } from "../test/support/stigmer-user.ts";
import { startTcpProxy } from "../test/support/tcp-proxy.ts";
import { printMachine, row } from "./measures.ts";

const OUTPUT_BYTES = 9_000;
const COMMANDS = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 200];

await ensureBuilt();
await using world = await cloudWorld();
await using backend = await startTcpProxy(world.env["STIGMER_BACKEND_ENDPOINT"] ?? "");
await world.replica({ STIGMER_BACKEND_ENDPOINT: backend.address });
printMachine();
const { host, port } = world.redis;
const redis = new Redis({ host, port, password: REDIS_PASSWORD });
const subscriber = redis.duplicate();

for (const commands of COMMANDS) {
  world.ollama.converse((_, turn) =>
    turn < commands ? { text: "", tools: [{ name: "execute", args: { command: command(turn) } }] } : { text: "Done." },
  );
  let [events, published, ended] = [0, 0, false];
  const hear = (_pattern: string, _channel: string, text: string) => {
    events++;
    published += Buffer.byteLength(text);
    ended ||= JSON.parse(text).terminal === true;
  };
  subscriber.on("pmessage", hear);
  await subscriber.psubscribe(`${eventsChannel("")}*`);
  const before = backend.sent;
  const started = performance.now();
  const execution = await world.user.ask(await world.user.session(), "Go");
  if (phaseOf(execution) !== "EXECUTION_COMPLETED")
    throw new Error(`${phaseOf(execution)}: ${execution.status?.error}`);
  await eventually(() => {
    if (!ended) throw new Error("the last event was not heard");
  });
  subscriber.off("pmessage", hear);
  const kept = await redis.xrange(eventsStream(execution.metadata?.id ?? ""), "-", "+");
  row(`${commands} commands of ${OUTPUT_BYTES / 1000} KB`, `${((performance.now() - started) / 1000).toFixed(1)} s`);
  row("  events published", String(events));
  row("  bytes of events through Redis", megabytes(published));
  row("  bytes to the backend", megabytes(backend.sent - before));
  row("  events kept for a late reader", String(kept.length));
  row("  bytes kept for a late reader", megabytes(kept.flatMap(([, fields]) => fields).join("").length));
}
redis.disconnect();
subscriber.disconnect();

function command(turn: number): string {
  return `head -c ${Math.ceil((OUTPUT_BYTES * 3) / 4)} /dev/urandom | base64 -w0 # ${turn}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
