/**
 * Counts executions that fail because one of three replicas is broken: `bun run bench:broken`.
 *
 * Under load one replica loses its access to Daytona (401), or to Redis. Failing is faster than working: without a brake
 * it would soon take the whole queue. Afterwards it gets its access back and must recover by itself.
 *
 *   --how HOW        daytona or redis; both
 *   --executions N   (150)
 *   --program FILE   another executable than the one built here
 */
import { parseArgs } from "node:util";
import { ensureBuilt } from "../scripts/lib/built.ts";
import type { AgentExecution } from "../src/stigmer/index.ts";
import { type CloudWorld, cloudWorld, type Replica } from "../test/support/cloud-world.ts";
import { startRevokingProxy } from "../test/support/daytona-double/revoking-proxy.ts";
import { until } from "../test/support/eventually.ts";
import { phaseOf } from "../test/support/stigmer-user.ts";
import { startTcpProxy } from "../test/support/tcp-proxy.ts";
import { printMachine, row, times } from "./measures.ts";

const AT_ONCE = 9;

/** A replica's access to a service, which can be revoked and restored. */
interface Access extends AsyncDisposable {
  /** Variables with which the replica has it. */
  readonly env: Record<string, string>;
  take(): void;
  give(): void;
}

const ACCESS: Record<string, (world: CloudWorld) => Promise<Access>> = {
  daytona: async ({ daytona }) => {
    const proxy = startRevokingProxy(daytona.url);
    const env = { DAYTONA_API_URL: proxy.url };
    return { env, take: proxy.revoke, give: proxy.restore, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
  },
  redis: async ({ redis }) => {
    const proxy = await startTcpProxy(`${redis.host}:${redis.port}`);
    const env = { REDIS_HOST: "127.0.0.1", REDIS_PORT: proxy.address.split(":")[1] ?? "" };
    return { env, take: proxy.cut, give: proxy.mend, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
  },
};

const { values } = parseArgs({
  options: { executions: { type: "string" }, how: { type: "string" }, program: { type: "string" } },
});
if (values.program === undefined) await ensureBuilt();
printMachine();
for (const how of values.how === undefined ? Object.keys(ACCESS) : [values.how]) await measure(how);

async function measure(how: string): Promise<void> {
  await using world = await cloudWorld(values.program);
  await using access = await (ACCESS[how] ?? ACCESS["daytona"])?.(world);
  if (access === undefined) throw new Error(`--how is none of ${Object.keys(ACCESS).join(", ")}`);
  world.ollama.converse(() => ({ text: "Answered.", delay: 300 }));
  const room = { TEMPORAL_MAX_CONCURRENCY: "3" };
  const broken = await world.replica({ ...room, ...access.env });
  await world.replica(room);
  await world.replica(room);
  const ended: AgentExecution[] = [];
  const ask = async () => ended.push(await world.user.ask(await world.user.session(), "Go"));
  await times(AT_ONCE * 2, AT_ONCE, ask);
  ended.length = 0;
  const before = started(broken);
  access.take();
  await times(Number(values.executions ?? 150), AT_ONCE, ask);
  const failed = ended.filter((execution) => phaseOf(execution) === "EXECUTION_FAILED");
  row(`${how}: executions while one of three replicas is broken`, String(ended.length));
  row(`${how}: of them taken by it`, String(started(broken) - before));
  row(`${how}: of them failed`, String(failed.length), "67 without a brake, as reported");
  for (const text of new Set(failed.map(({ status }) => status?.error.slice(0, 140)))) console.log(`  ${text}`);
  row(`${how}: readiness of the broken one`, String((await broken.admin("/readyz")).status), "target: 503");
  access.give();
  const since = performance.now();
  await until("it is ready again", async () => (await broken.admin("/readyz")).status === 200, 120_000);
  const readyAfter = performance.now() - since;
  const again = started(broken);
  const over = new AbortController();
  const load = times(Number.POSITIVE_INFINITY, AT_ONCE, async () => {
    over.signal.throwIfAborted();
    await ask();
  }).catch(() => undefined);
  await until("it works again", () => started(broken) > again + 2, 240_000);
  over.abort();
  await load;
  row(`${how}: ready again after`, `${(readyAfter / 1000).toFixed(1)} s`);
  row(`${how}: works again after`, `${((performance.now() - since) / 1000).toFixed(1)} s`);
}

function started({ program }: Replica): number {
  return program.output().split("Execution started").length - 1;
}
