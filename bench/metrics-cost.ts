/**
 * Measures what metrics cost, in the compiled program in local mode: `bun run bench:metrics`.
 *
 * Runners with and without metrics run in shuffled order. Each runs executions with ten calls of tools, one at a time; its
 * CPU time is that of the process, which other programs do not affect. Temporal and the backend are real; the model is a
 * double.
 *
 *   --rounds N       runners of each kind (8)
 *   --executions N   executions that are measured per runner (40)
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ensureBuilt, program } from "../scripts/lib/built.ts";
import { startOllamaDouble } from "../test/support/ollama-double.ts";
import { startProgram } from "../test/support/program.ts";
import { phaseOf, StigmerUser } from "../test/support/stigmer-user.ts";
import { startLocalServers } from "./local-servers.ts";
import { median, printMachine, residentMb, row, timed, times } from "./measures.ts";

const CALLS = 10;
const WARM_UP = 15;
const SCRAPES = 200;
const CONCURRENCY = 10;
/** Of /proc/<pid>/stat. */
const TICKS_PER_SECOND = 100;

const { values } = parseArgs({ options: { rounds: { type: "string" }, executions: { type: "string" } } });
const rounds = Number(values.rounds ?? 8);
const executions = Number(values.executions ?? 40);

await ensureBuilt();
await using servers = await startLocalServers();
await using open = new AsyncDisposableStack();
const ollama = open.use(startOllamaDouble());
ollama.converse((_, turn) =>
  turn < CALLS ? { text: "I write.", tools: [{ name: "ls", args: { path: `/${turn}` } }] } : { text: "Done." },
);
const user = new StigmerUser(servers.client);

interface Figures {
  readonly readyMs: number;
  readonly idleMb: number;
  readonly cpuMs: number;
}

function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND) * 1_000;
}

async function execute(): Promise<void> {
  const execution = await user.ask(await user.session(), "Go");
  if (phaseOf(execution) !== "EXECUTION_COMPLETED")
    throw new Error(`${phaseOf(execution)}: ${execution.status?.error}`);
}

function start(METRICS: string) {
  return startProgram(program, [], { ...servers.env, OLLAMA_BASE_URL: ollama.url, METRICS }, servers.folder);
}

async function measure(METRICS: string): Promise<Figures> {
  await using runner = start(METRICS);
  const readyMs = await timed(() => runner.says("Worker ready"));
  const idleMb = residentMb(runner.pid);
  await times(WARM_UP, 1, execute);
  const before = cpuMs(runner.pid);
  await times(executions, 1, execute);
  const figures = { readyMs, idleMb, cpuMs: (cpuMs(runner.pid) - before) / executions };
  runner.signal("SIGTERM");
  await runner.exited;
  return figures;
}

async function measureScrapes(): Promise<void> {
  await using runner = start("true");
  await runner.says("Worker ready");
  const url = /Admin server listens on (\S+)/.exec(runner.output())?.[1] ?? "";
  const ask = async (path: string) => {
    const response = await fetch(url + path);
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return (await response.text()).length;
  };
  await times(WARM_UP, 1, execute);
  row("size of /metrics", `${((await ask("/metrics")) / 1_000).toFixed(0)} KB`);
  const before = cpuMs(runner.pid);
  await times(SCRAPES, 1, () => ask("/metrics"));
  row("CPU per scrape", `${((cpuMs(runner.pid) - before) / SCRAPES).toFixed(1)} ms`);
  let isOver = false;
  const load = times(CONCURRENCY * 8, CONCURRENCY, execute).then(() => {
    isOver = true;
  });
  const took = { "/metrics": [] as number[], "/healthz": [] as number[] };
  while (!isOver) {
    for (const [path, all] of Object.entries(took)) all.push(await timed(() => ask(path)));
    await Bun.sleep(50);
  }
  await load;
  for (const [path, all] of Object.entries(took)) {
    const worst = all.toSorted((a, b) => a - b)[Math.floor(all.length * 0.95)] ?? Number.NaN;
    row(`${path} while ten executions run, median, 95 %`, `${median(all).toFixed(1)}, ${worst.toFixed(0)} ms`);
  }
}

printMachine();
const found: Record<"true" | "false", Figures[]> = { true: [], false: [] };
for (let round = 0; round < rounds; round++) {
  const order = Math.random() < 0.5 ? (["true", "false"] as const) : (["false", "true"] as const);
  for (const metrics of order) found[metrics].push(await measure(metrics));
}
const of = (metrics: "true" | "false", figure: keyof Figures) => median(found[metrics].map((each) => each[figure]));
const more = (of("true", "cpuMs") / of("false", "cpuMs") - 1) * 100;
row("CPU per execution without metrics, median", `${of("false", "cpuMs").toFixed(1)} ms`);
row(
  "CPU per execution with metrics, median",
  `${of("true", "cpuMs").toFixed(1)} ms`,
  `${more.toFixed(1)} % more; target: ≤ 1 %`,
);
row(
  "from exec to ready without, with metrics",
  `${of("false", "readyMs").toFixed(0)}, ${of("true", "readyMs").toFixed(0)} ms`,
);
row(
  "memory when ready without, with metrics",
  `${of("false", "idleMb").toFixed(1)}, ${of("true", "idleMb").toFixed(1)} MB`,
);
await measureScrapes();
