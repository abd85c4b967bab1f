/**
 * What a part of the runner costs, in the compiled program in local mode. A runner with it and two without execute in
 * turns, each on servers of its own: executions with ten calls of tools, one at a time. Their CPU time is that of the
 * process. Other programs affect it through caches and the clock of the CPU, but all runners alike: what counts is the
 * difference within each round, and how far the rounds differ. How far the two without the part differ is what this
 * measure cannot see.
 *
 * The engine compiles hot code on threads of its own, not the same code in each process: about a fifth of the CPU time in
 * the first hundred executions, and still a tenth after a thousand. That varies by more than most parts cost, so the rest
 * is shown too, and of it the main thread, which runs all of the program's code.
 *
 *   --rounds N       rounds, each with new runners (10)
 *   --executions N   executions that are measured per runner (80)
 *   --warm-up N      executions before them, eight at a time (240)
 */
import { parseArgs } from "node:util";
import { CpuClock, type CpuUse, cpuOf } from "./cpu-clock.ts";
import { median, quantile, residentMb, row, timed, times } from "./measures.ts";
import { type Env, type RunnerWorld, runnerWorld, WARM_UP, warmUp } from "./runner-world.ts";

const number = { type: "string" } as const;
const { values } = parseArgs({ options: { rounds: number, executions: number, "warm-up": number } });
const rounds = Number(values.rounds ?? 10);
const executions = Number(values.executions ?? 80);
const warmUps = Number(values["warm-up"] ?? WARM_UP);

/** What is compared. */
export interface Comparison {
  /** The part, as in "with …". */
  readonly what: string;
  readonly without: Env;
  readonly with: Env;
  /** What it may cost. */
  readonly target?: string;
}

interface Figures extends CpuUse {
  readonly readyMs: number;
  readonly idleMb: number;
  readonly startCpuMs: number;
  readonly executionMs: number;
}

/** A runner that has just become ready, and what that took. */
async function started(world: RunnerWorld, env: Env) {
  const runner = world.start(env);
  const readyMs = await timed(() => runner.says("Worker ready"));
  const { pid } = runner;
  return { runner, world, pid, readyMs, startCpuMs: cpuOf(pid), idleMb: residentMb(pid), took: [] as number[] };
}
type Started = Awaited<ReturnType<typeof started>>;

/** Executes on all runners in turns. */
async function measureRound(round: readonly Started[]): Promise<Figures[]> {
  await Promise.all(round.map(({ world }) => warmUp(world, warmUps)));
  const measured = round.map((one) => ({ ...one, clock: new CpuClock(one.pid) }));
  await times(executions, 1, async () => {
    for (const { world, took } of measured) {
      took.push(await timed(world.execute));
      for (const { clock } of measured) clock.look();
    }
  });
  return measured.map(({ readyMs, startCpuMs, idleMb, took, clock }) => {
    return { readyMs, startCpuMs, idleMb, ...clock.lap(executions), executionMs: median(took) };
  });
}

/** The runners of a round: two are alike. */
const KINDS = ["with", "without", "control"] as const;
type Kind = (typeof KINDS)[number];

/** Measures and prints: each figure without and with the part, and the differences within the rounds. */
export async function compare({ what, target, ...env }: Comparison): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const worlds: RunnerWorld[] = [];
  for (const _ of KINDS) worlds.push(cleanup.use(await runnerWorld()));
  const found: Record<Kind, Figures>[] = [];
  for (let round = 0; round < rounds; round++) {
    // No kind has always the same servers.
    const kinds = KINDS.map((_, index) => KINDS[(index + round) % KINDS.length] ?? "control");
    const runners: Started[] = [];
    try {
      for (const [index, world] of worlds.entries())
        runners.push(await started(world, kinds[index] === "with" ? env.with : env.without));
      const figures = await measureRound(runners);
      found.push(Object.fromEntries(kinds.map((kind, index) => [kind, figures[index]])) as Record<Kind, Figures>);
      console.error(`Round ${round + 1} of ${rounds} is measured`);
    } finally {
      for (const { runner } of runners) {
        runner.signal("SIGTERM");
        await runner[Symbol.asyncDispose]();
      }
    }
  }
  const print = (name: string, figure: keyof Figures, unit: string, limit = "") => {
    const without = (one: Record<Kind, Figures>) => (one.without[figure] + one.control[figure]) / 2;
    const base = median(found.map(without));
    const all = `${base.toFixed(1)}, ${median(found.map((one) => one.with[figure])).toFixed(1)} ${unit}`;
    row(`${name} without, with ${what}, median`, all);
    const differences = (label: string, values: readonly number[], more = "") => {
      const at = (share: number) => quantile(values, share).toFixed(1);
      const percent = ((median(values) / base) * 100).toFixed(1);
      row(`  ${label}`, `${at(0.5)} (${at(0.25)} … ${at(0.75)}) ${unit}`, `${percent} %${more}`);
    };
    differences(
      "more within rounds: median (quartiles)",
      found.map((one) => one.with[figure] - without(one)),
      limit,
    );
    differences(
      "between two without it",
      found.map((one) => one.control[figure] - one.without[figure]),
    );
  };
  print("CPU per execution", "cpuMs", "ms", target === undefined ? "" : `; ${target}`);
  print("  all but the compiler", "restMs", "ms");
  print("  the main thread", "mainThreadMs", "ms");
  print("execution", "executionMs", "ms");
  print("CPU from exec to ready", "startCpuMs", "ms");
  print("time from exec to ready", "readyMs", "ms");
  print("memory when ready", "idleMb", "MB");
}
