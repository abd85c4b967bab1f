/**
 * Compares runners with metrics and without: `bun run bench:metrics`. How, and its options: runner-cost.ts. What is below
 * its noise, `bun run bench:metrics-code` measures.
 */
import { ensureBuilt } from "../scripts/lib/built.ts";
import { cpuOf } from "./cpu-clock.ts";
import { median, printMachine, quantile, row, timed, times } from "./measures.ts";
import { compare } from "./runner-cost.ts";
import { runnerWorld, warmUp } from "./runner-world.ts";

const SCRAPES = 200;
const CONCURRENCY = 10;

await ensureBuilt();

async function measureScrapes(): Promise<void> {
  await using world = await runnerWorld();
  await using runner = world.start({ METRICS: "true" });
  await runner.says("Worker ready");
  const url = /Admin server listens on (\S+)/.exec(runner.output())?.[1] ?? "";
  const ask = async (path: string) => {
    const response = await fetch(url + path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.text()).length;
  };
  await warmUp(world);
  row("size of /metrics", `${((await ask("/metrics")) / 1_000).toFixed(0)} KB`);
  const before = cpuOf(runner.pid);
  await times(SCRAPES, 1, () => ask("/metrics"));
  row("CPU per scrape", `${((cpuOf(runner.pid) - before) / SCRAPES).toFixed(1)} ms`);
  let isOver = false;
  const load = times(CONCURRENCY * 8, CONCURRENCY, world.execute).then(() => {
    isOver = true;
  });
  const took = { "/metrics": [] as number[], "/healthz": [] as number[] };
  while (!isOver) {
    for (const [path, all] of Object.entries(took)) all.push(await timed(() => ask(path)));
    await Bun.sleep(50);
  }
  await load;
  for (const [path, all] of Object.entries(took)) {
    const worst = quantile(all, 0.95);
    row(`${path} while ten executions run, median, 95 %`, `${median(all).toFixed(1)}, ${worst.toFixed(0)} ms`);
  }
}

printMachine();
await compare({
  what: "metrics",
  without: { METRICS: "false" },
  with: { METRICS: "true" },
  target: "target: ≤ 1 %",
});
await measureScrapes();
