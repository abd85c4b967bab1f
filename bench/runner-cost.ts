/**
 * What a part of the runner costs, in the compiled program in local mode. A runner with it and one without execute in
 * turns, each on servers of its own: executions with ten calls of tools, one at a time. Their CPU time is that of the
 * process. Other programs affect it through caches and the clock of the CPU, but both runners alike: what counts is the
 * difference within each pair, and how far the pairs differ. Temporal and the backend are real; the model is a double.
 *
 * The engine compiles hot code on threads of its own, for hundreds of executions, and not the same code in each process:
 * about a fifth of the CPU time in the first hundred executions, and some milliseconds more or less later. The main
 * thread's part, which runs all of the program's code, varies least.
 *
 *   --rounds N       pairs of runners (12)
 *   --executions N   executions that are measured per runner (60)
 *   --warm-up N      executions before them, during which most code is compiled (150)
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { program } from "../scripts/lib/built.ts";
import { startOllamaDouble } from "../test/support/ollama-double.ts";
import { type RunningProgram, startProgram } from "../test/support/program.ts";
import { phaseOf, StigmerUser } from "../test/support/stigmer-user.ts";
import { type LocalServers, startLocalServers } from "./local-servers.ts";
import { median, quantile, residentMb, row, timed, times } from "./measures.ts";

const CALLS = 10;
/** Of /proc/<pid>/stat. */
const TICKS_PER_SECOND = 100;

const number = { type: "string" } as const;
const { values } = parseArgs({ options: { rounds: number, executions: number, "warm-up": number } });
const rounds = Number(values.rounds ?? 12);
const executions = Number(values.executions ?? 60);
export const warmUp = Number(values["warm-up"] ?? 150);

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

/** CPU time that a process and its main thread have used, threads that ended included. */
export function cpuOf(pid: number): { readonly cpuMs: number; readonly mainThreadMs: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ");
  return { cpuMs: (ticks / TICKS_PER_SECOND) * 1_000, mainThreadMs: Number(nanoseconds) / 1e6 };
}

interface Figures {
  readonly readyMs: number;
  readonly idleMb: number;
  readonly startCpuMs: number;
  /** Per execution, user and system. */
  readonly cpuMs: number;
  readonly mainThreadMs: number;
  readonly executionMs: number;
}

/** A runner that has just become ready, and what that took. */
async function started(world: RunnerWorld, env: Env) {
  const runner = world.start(env);
  const readyMs = await timed(() => runner.says("Worker ready"));
  const { pid } = runner;
  return { runner, world, pid, readyMs, startCpuMs: cpuOf(pid).cpuMs, idleMb: residentMb(pid), took: [] as number[] };
}
type Started = Awaited<ReturnType<typeof started>>;

/** Executes on both runners in turns. */
async function measurePair(pair: readonly Started[]): Promise<Figures[]> {
  const both = (count: number) =>
    times(count, 1, async () => {
      for (const { world, took } of pair) took.push(await timed(world.execute));
    });
  await both(warmUp);
  const before = pair.map(({ pid }) => cpuOf(pid));
  await both(executions);
  return pair.map(({ pid, readyMs, startCpuMs, idleMb, took }, index) => {
    const after = cpuOf(pid);
    const per = (figure: "cpuMs" | "mainThreadMs") => (after[figure] - (before[index]?.[figure] ?? 0)) / executions;
    const executionMs = median(took.slice(warmUp));
    return { readyMs, startCpuMs, idleMb, cpuMs: per("cpuMs"), mainThreadMs: per("mainThreadMs"), executionMs };
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
  print("the main thread's part of it", "mainThreadMs", "ms");
  print("execution", "executionMs", "ms");
  print("CPU from exec to ready", "startCpuMs", "ms");
  print("time from exec to ready", "readyMs", "ms");
  print("memory when ready", "idleMb", "MB");
}
