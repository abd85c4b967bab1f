/**
 * What a part of the runner costs, in the compiled program in local mode. Runners with and without it take turns,
 * in the order A B B A. Each runs executions with ten calls of tools, one at a time; its CPU time is that of the process.
 * Other programs affect it through caches and the clock of the CPU: what counts is the difference within each pair, and
 * how far the pairs differ. Temporal and the backend are real; the model is a double.
 */
import { readFileSync } from "node:fs";
import { program } from "../scripts/lib/built.ts";
import { startOllamaDouble } from "../test/support/ollama-double.ts";
import { type RunningProgram, startProgram } from "../test/support/program.ts";
import { phaseOf, StigmerUser } from "../test/support/stigmer-user.ts";
import { type LocalServers, startLocalServers } from "./local-servers.ts";
import { median, residentMb, row, timed, times } from "./measures.ts";

const CALLS = 10;
export const WARM_UP = 15;
/** Of /proc/<pid>/stat. */
const TICKS_PER_SECOND = 100;

type Env = Readonly<Record<string, string>>;

/** What is compared. */
export interface Comparison {
  /** The part, as in "with …". */
  readonly what: string;
  readonly without: Env;
  readonly with: Env;
  /** What it may cost, in the form of `row`. */
  readonly target?: string;
  /** Runners of each kind. */
  readonly rounds: number;
  /** Executions that are measured per runner. */
  readonly executions: number;
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

/** CPU time that a process has used. */
export function cpuOf(pid: number): { readonly userMs: number; readonly cpuMs: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [userMs = Number.NaN, systemMs = Number.NaN] = [fields[11], fields[12]].map(
    (ticks) => (Number(ticks) / TICKS_PER_SECOND) * 1_000,
  );
  return { userMs, cpuMs: userMs + systemMs };
}

interface Figures {
  readonly readyMs: number;
  readonly idleMb: number;
  readonly startCpuMs: number;
  /** Per execution, user and system. */
  readonly cpuMs: number;
  readonly userMs: number;
  readonly executionMs: number;
}

async function measure(world: RunnerWorld, env: Env, executions: number): Promise<Figures> {
  await using runner = world.start(env);
  const readyMs = await timed(() => runner.says("Worker ready"));
  const startCpuMs = cpuOf(runner.pid).cpuMs;
  const idleMb = residentMb(runner.pid);
  await times(WARM_UP, 1, world.execute);
  const before = cpuOf(runner.pid);
  const took: number[] = [];
  await times(executions, 1, async () => void took.push(await timed(world.execute)));
  const after = cpuOf(runner.pid);
  runner.signal("SIGTERM");
  await runner.exited;
  return {
    readyMs,
    startCpuMs,
    idleMb,
    cpuMs: (after.cpuMs - before.cpuMs) / executions,
    userMs: (after.userMs - before.userMs) / executions,
    executionMs: median(took),
  };
}

/** Measures and prints: each figure without and with the part, and the differences within the pairs. */
export async function compare(world: RunnerWorld, comparison: Comparison): Promise<void> {
  const { what, target, rounds, executions } = comparison;
  const found: Record<"with" | "without", Figures[]> = { with: [], without: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? (["with", "without"] as const) : (["without", "with"] as const);
    for (const kind of order) found[kind].push(await measure(world, comparison[kind], executions));
  }
  const print = (name: string, figure: keyof Figures, unit: string, limit = "") => {
    const of = (kind: "with" | "without") => median(found[kind].map((each) => each[figure]));
    row(`${name} without, with ${what}, median`, `${of("without").toFixed(1)}, ${of("with").toFixed(1)} ${unit}`);
    const differences = found.with
      .map((each, round) => each[figure] - (found.without[round]?.[figure] ?? Number.NaN))
      .sort((a, b) => a - b);
    const at = (share: number) => (differences[Math.floor((differences.length - 1) * share)] ?? Number.NaN).toFixed(1);
    const percent = ((median(differences) / of("without")) * 100).toFixed(1);
    row(
      "  more within pairs: median (quartiles)",
      `${median(differences).toFixed(1)} (${at(0.25)} … ${at(0.75)}) ${unit}`,
      `${percent} %${limit}`,
    );
  };
  print("CPU per execution", "cpuMs", "ms", target === undefined ? "" : `; ${target}`);
  print("its part in the program's own code", "userMs", "ms");
  print("execution", "executionMs", "ms");
  print("CPU from exec to ready", "startCpuMs", "ms");
  print("time from exec to ready", "readyMs", "ms");
  print("memory when ready", "idleMb", "MB");
}
