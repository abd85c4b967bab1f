/**
 * Counts executions that are lost when replicas stop under load: `bun run bench:signals`.
 *
 * One replica with low concurrency stays; two more are repeatedly started and told to stop while many short executions
 * run. An execution is lost if it was dispatched to a replica that never started it: Temporal notices the missing
 * heartbeat.
 *
 *   --signals N      how many replicas are told to stop (200)
 *   --how HOW        sigterm, shutdown (POST /shutdown) or twice (two signals; what runs is ended, and says so); all
 *   --program FILE   another executable than the one built here
 */
import { parseArgs } from "node:util";
import { ensureBuilt } from "../scripts/lib/built.ts";
import type { AgentExecution } from "../src/stigmer/index.ts";
import { type CloudWorld, cloudWorld, type Replica } from "../test/support/cloud-world.ts";
import { phaseOf } from "../test/support/stigmer-user.ts";
import { median, printMachine, row } from "./measures.ts";

const AT_ONCE = 14;
const SETTLE_MS = 2_500;

const WAYS = {
  sigterm: async ({ program }: Replica) => program.signal("SIGTERM"),
  shutdown: async ({ adminUrl }: Replica) => {
    await fetch(`${adminUrl}/shutdown`, { method: "POST" });
  },
  twice: async ({ program }: Replica) => {
    program.signal("SIGTERM");
    await Bun.sleep(50);
    program.signal("SIGTERM");
  },
};
type Way = keyof typeof WAYS;

const { values } = parseArgs({
  options: { signals: { type: "string" }, how: { type: "string" }, program: { type: "string" } },
});
const signals = Number(values.signals ?? 200);
const ways = (values.how === undefined ? Object.keys(WAYS) : [values.how]) as Way[];

if (values.program === undefined) await ensureBuilt();
printMachine();
let lost = 0;
for (const way of ways) lost += await measure(way);
process.exit(lost === 0 ? 0 : 1);

async function measure(way: Way): Promise<number> {
  await using world = await cloudWorld(values.program);
  world.ollama.converse(() => ({ text: "Answered.", delay: 100 }));
  await world.replica({ TEMPORAL_MAX_CONCURRENCY: "2" });
  const ended: AgentExecution[] = [];
  const over = new AbortController();
  const load = Promise.all(Array.from({ length: AT_ONCE }, () => lane(world, ended, over.signal)));
  const exits: number[] = [];
  const took: number[] = [];
  while (exits.length < signals) {
    const leaving = await Promise.all([world.replica(), world.replica()]);
    await Bun.sleep(SETTLE_MS);
    const began = performance.now();
    await Promise.all(
      leaving.map(async (replica) => {
        await WAYS[way](replica);
        exits.push(await replica.program.exited);
        took.push(performance.now() - began);
      }),
    );
  }
  over.abort();
  await load;
  return report(way, ended, exits, took);
}

/** Sends one message after the other. */
async function lane({ user }: CloudWorld, ended: AgentExecution[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) ended.push(await user.ask(await user.session(), "Go"));
}

function report(way: Way, ended: readonly AgentExecution[], exits: readonly number[], took: readonly number[]): number {
  const failed = ended.filter((execution) => phaseOf(execution) === "EXECUTION_FAILED");
  const told = failed.filter(({ status }) => status?.error.includes("The runner was stopped") === true);
  const lost = failed.length - told.length;
  row(`${way}: replicas told to stop`, String(exits.length), `exit codes ${[...new Set(exits)].sort().join(", ")}`);
  row(`${way}: executions`, String(ended.length));
  row(`${way}: of them ended by the second signal, and told so`, String(told.length));
  row(`${way}: of them lost`, String(lost), "target: 0");
  for (const { status } of failed.slice(0, 3))
    if (!told.some((one) => one.status === status)) console.log(status?.error);
  row(`${way}: from the signal to the end, median`, `${(median(took) / 1000).toFixed(1)} s`);
  row(`${way}: from the signal to the end, longest`, `${(Math.max(...took) / 1000).toFixed(1)} s`);
  return lost;
}
