/**
 * What a part of the runner costs, in the compiled program in local mode. A runner with it and one without execute in
 * turns, each on servers of its own: executions with ten calls of tools, one at a time. Their CPU time is that of the
 * process. Other programs affect it through caches and the clock of the CPU, but both runners alike: what counts is the
 * difference within each pair, and how far the pairs differ. Temporal and the backend are real; the model is a double.
 *
 * The engine compiles hot code on threads of its own, not the same code in each process: about a fifth of the CPU time in
 * the first hundred executions, and still a tenth after a thousand. That varies by more than most parts cost, so the rest
 * is shown too, and of it the main thread, which runs all of the program's code.
 *
 *   --rounds N       pairs of runners (10)
 *   --executions N   executions that are measured per runner (80)
 *   --warm-up N      executions before them, eight at a time (240)
 */
import { parseArgs } from "node:util";
import { program } from "../scripts/lib/built.ts";
import { startOllamaDouble } from "../test/support/ollama-double.ts";
import { type RunningProgram, startProgram } from "../test/support/program.ts";
import { phaseOf, StigmerUser } from "../test/support/stigmer-user.ts";
import { CpuClock, type CpuUse, cpuOf } from "./cpu-clock.ts";
import { type LocalServers, startLocalServers } from "./local-servers.ts";
import { median, quantile, residentMb, row, timed, times } from "./measures.ts";

const CALLS = 10;
/** Executions that run at once during the warm-up. */
export const WARM_UP_AT_ONCE = 8;

const number = { type: "string" } as const;
const { values } = parseArgs({ options: { rounds: number, executions: number, "warm-up": number } });
const rounds = Number(values.rounds ?? 10);
const executions = Number(values.executions ?? 80);
export const warmUp = Number(values["warm-up"] ?? 240);

type Env = Readonly<Record<string, string>>;

/** What is compared. */
export interface Comparison {
  /** The part, as in "with …". */
  readonly what: string;
  readonly without: Env;
  readonly with: Env;
  /** What it may cost. */
  readonly target?: string;
}

export interface RunnerWorld extends AsyncDisposable {
  start(env: Env): RunningProgram;
  /** Runs one execution to its end. */
  execute(): Promise<void>;
}

/** The servers around the runners. */
export async function runnerWorld(): Promise<RunnerWorld> {
  await using open = new AsyncDisposableStack();
  const servers: LocalServers = open.use(await startLocalServers());
  const ollama = open.use(startOllamaDouble());
  ollama.converse((_, turn) =>
    turn < CALLS ? { text: "I write.", tools: [{ name: "ls", args: { path: `/${turn}` } }] } : { text: "Done." },
  );
  const user = new StigmerUser(servers.client);
  const closing = open.move();
  return {
    start: (env) => startProgram(program, [], { ...servers.env, OLLAMA_BASE_URL: ollama.url, ...env }, servers.folder),
    execute: async () => {
      const execution = await user.ask(await user.session(), "Go");
      if (phaseOf(execution) !== "EXECUTION_COMPLETED")
        throw new Error(`${phaseOf(execution)}: ${execution.status?.error}`);
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
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

/** Executes on both runners in turns. */
async function measurePair(pair: readonly Started[]): Promise<Figures[]> {
  await Promise.all(pair.map(({ world }) => times(warmUp, WARM_UP_AT_ONCE, world.execute)));
  const measured = pair.map((one) => ({ ...one, clock: new CpuClock(one.pid) }));
  await times(executions, 1, async () => {
    for (const { world, took } of measured) {
      took.push(await timed(world.execute));
      for (const { clock } of measured) clock.look();
    }
  });
  return measured.map(({ readyMs, startCpuMs, idleMb, took, clock }) => {
    return { readyMs, startCpuMs, idleMb, ...clock.per(executions), executionMs: median(took) };
  });
}

/** Measures and prints: each figure without and with the part, and the differences within the pairs. */
export async function compare({ what, target, ...env }: Comparison): Promise<void> {
  await using first = await runnerWorld();
  await using second = await runnerWorld();
  const found: Record<"with" | "without", Figures[]> = { with: [], without: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (["with", "without"] as const) : (["without", "with"] as const);
    const pair = [await started(first, env[order[0]]), await started(second, env[order[1]])];
    try {
      const figures = await measurePair(pair);
      for (const [index, kind] of order.entries()) found[kind].push(...figures.slice(index, index + 1));
      console.error(`Pair ${round + 1} of ${rounds} is measured`);
    } finally {
      for (const { runner } of pair) {
        runner.signal("SIGTERM");
        await runner[Symbol.asyncDispose]();
      }
    }
  }
  const print = (name: string, figure: keyof Figures, unit: string, limit = "") => {
    const of = (kind: "with" | "without") => median(found[kind].map((each) => each[figure]));
    row(`${name} without, with ${what}, median`, `${of("without").toFixed(1)}, ${of("with").toFixed(1)} ${unit}`);
    const differences = found.with.map((each, round) => each[figure] - (found.without[round]?.[figure] ?? Number.NaN));
    const at = (share: number) => quantile(differences, share).toFixed(1);
    const percent = ((median(differences) / of("without")) * 100).toFixed(1);
    row(
      "  more within pairs: median (quartiles)",
      `${median(differences).toFixed(1)} (${at(0.25)} … ${at(0.75)}) ${unit}`,
      `${percent} %${limit}`,
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
