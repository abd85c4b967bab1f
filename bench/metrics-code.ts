/**
 * Measures the code of metrics within one process: `bun run bench:metrics-code`. A build of the program switches metrics
 * on and off between blocks of executions. Both kinds run the same compiled code on the same heap, so that smaller
 * differences are seen than between processes; collections of garbage are included, and what metrics take from other code
 * in the processor's caches. Clocks around the code show its own time. Temporal's SDK measures all the time: what is taken from it,
 * the clocks show; what its native threads do for it, `bun run bench:metrics` compares.
 *
 *   --executions N   executions that are measured, half of them with metrics (2,000)
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { CpuClock, type CpuUse } from "./cpu-clock.ts";
import { meanOf, printMachine, row, times } from "./measures.ts";
import { runnerWorld, WARM_UP, warmUp } from "./runner-world.ts";
import { BLOCK, isMeasured, PATTERN_EXECUTIONS } from "./switched/blocks.ts";
import { buildSwitchedProgram } from "./switched/build.ts";
import type { Spent } from "./switched/metrics.ts";

/** After its answer an execution still has something to do. */
const REST_MS = 30;

const { values } = parseArgs({ options: { executions: { type: "string" } } });
const wholePatterns = (executions: number) => Math.ceil(executions / PATTERN_EXECUTIONS) * PATTERN_EXECUTIONS;
const count = wholePatterns(Number(values.executions ?? 2_000));
const warmUps = wholePatterns(WARM_UP);

async function measure(): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await temporaryFolder());
  const file = join(folder.path, "agent-runner");
  const clocks = join(folder.path, "clocks");
  await buildSwitchedProgram(file);
  const world = cleanup.use(await runnerWorld());
  const runner = cleanup.use(world.start({ METRICS: "true", METRICS_CLOCKS: clocks }, file));
  await runner.says("Worker ready");
  await warmUp(world, warmUps);
  await Bun.sleep(REST_MS);
  const clock = new CpuClock(runner.pid);
  const blocks: CpuUse[] = [];
  for (let done = 0; done < count; done += BLOCK) {
    await times(BLOCK, BLOCK, async () => {
      await world.execute();
      clock.look();
    });
    await Bun.sleep(REST_MS);
    blocks.push(clock.lap(BLOCK));
    if (blocks.length % 50 === 0) console.error(`${done + BLOCK} of ${count} executions are measured`);
  }
  const lines = (await readFile(clocks, "utf8")).split("\n");
  const spentBy = (execution: number) => JSON.parse(lines[execution - 1] ?? "") as Spent;
  printSwitched(blocks);
  printClocks(spentBy(warmUps), spentBy(warmUps + count));
}

function printSwitched(blocks: readonly CpuUse[]): void {
  const print = (name: string, figure: keyof CpuUse) => {
    const all = blocks.map((block) => block[figure]);
    const { mean } = meanOf(all);
    const more = meanOf(withMore(all));
    row(`${name}, mean`, `${mean.toFixed(1)} ms`);
    const percent = (of: number) => ((of / mean) * 100).toFixed(1);
    row(
      "  more with metrics, and its standard error",
      `${more.mean.toFixed(2)} ± ${more.error.toFixed(2)} ms`,
      `${percent(more.mean)} ± ${percent(more.error)} %`,
    );
  };
  print("CPU per execution", "cpuMs");
  print("  all but the compiler", "restMs");
  print("  the main thread", "mainThreadMs");
}

/** @returns for each pair of neighbours, how much more the one with metrics has */
function withMore(blocks: readonly number[]): number[] {
  const differences: number[] = [];
  for (let index = 0; index + 1 < blocks.length; index += 2) {
    const [one = Number.NaN, other = Number.NaN] = blocks.slice(index, index + 2);
    differences.push(isMeasured(index * BLOCK) ? one - other : other - one);
  }
  return differences;
}

function printClocks(before: Spent, after: Spent): void {
  const print = (name: string, part: keyof Spent, executions: number) =>
    row(name, `${((after[part] - before[part]) / executions).toFixed(2)} ms`);
  print("by clocks, per execution: taking events and measures", "taking", count / 2);
  print("  counting them", "counting", count / 2);
  print("  taking and counting what Temporal's SDK has measured", "sdk", count);
}

printMachine();
await measure();
