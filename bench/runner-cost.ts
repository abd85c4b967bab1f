/**
 * What a part of the runner costs, in the compiled program in local mode. Runners with and without it run in shuffled
 * order. Each runs executions with ten calls of tools, one at a time; its CPU time is that of the process, which other
 * programs do not affect. Temporal and the backend are real; the model is a double.
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
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000;
}

interface Figures {
  readonly readyMs: number;
  readonly idleMb: number;
  readonly cpuMs: number;
  readonly executionMs: number;
}

async function measure(world: RunnerWorld, env: Env, executions: number): Promise<Figures> {
  await using runner = world.start(env);
  const readyMs = await timed(() => runner.says("Worker ready"));
  const idleMb = residentMb(runner.pid);
  await times(WARM_UP, 1, world.execute);
  const before = cpuMs(runner.pid);
  const took: number[] = [];
  await times(executions, 1, async () => void took.push(await timed(world.execute)));
  const figures = { readyMs, idleMb, cpuMs: (cpuMs(runner.pid) - before) / executions, executionMs: median(took) };
  runner.signal("SIGTERM");
  await runner.exited;
  return figures;
}

/** Measures and prints. */
export async function compare(world: RunnerWorld, comparison: Comparison): Promise<void> {
  const { what, target = "", rounds, executions } = comparison;
  const found: Record<"with" | "without", Figures[]> = { with: [], without: [] };
  for (let round = 0; round < rounds; round++) {
    const order = Math.random() < 0.5 ? (["with", "without"] as const) : (["without", "with"] as const);
    for (const kind of order) found[kind].push(await measure(world, comparison[kind], executions));
  }
  const of = (kind: "with" | "without", figure: keyof Figures) => median(found[kind].map((each) => each[figure]));
  const both = (figure: keyof Figures, digits: number, unit: string) =>
    `${of("without", figure).toFixed(digits)}, ${of("with", figure).toFixed(digits)} ${unit}`;
  const more = (of("with", "cpuMs") / of("without", "cpuMs") - 1) * 100;
  row(`CPU per execution without ${what}, median`, `${of("without", "cpuMs").toFixed(1)} ms`);
  row(
    `CPU per execution with ${what}, median`,
    `${of("with", "cpuMs").toFixed(1)} ms`,
    `${more.toFixed(1)} % more${target === "" ? "" : `; ${target}`}`,
  );
  row(`execution without, with ${what}`, both("executionMs", 0, "ms"));
  row(`from exec to ready without, with ${what}`, both("readyMs", 0, "ms"));
  row(`memory when ready without, with ${what}`, both("idleMb", 1, "MB"));
}
