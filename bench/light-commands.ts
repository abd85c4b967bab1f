/**
 * Measures the commands that only ask or tell something, as containers call them every few seconds: `bun run bench:light`.
 *
 * `health`, `executions` and `status` ask a real HTTP server. On a busy machine only the processor time says something. The largest resident memory is taken by GNU time: a process that Bun starts counts
 * Bun's own pages until it becomes the program.
 *
 *   --rounds N       how often each command is run (40)
 *   --program FILE   another program than the one that is built here
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { program as built, ensureBuilt } from "../scripts/lib/built.ts";
import { median, printMachine, row } from "./measures.ts";

const GNU_TIME = "/usr/bin/time";
const MAX_MS = 50;
const MAX_MIB = 50;

const { values } = parseArgs({ options: { rounds: { type: "string" }, program: { type: "string" } } });
const rounds = Number(values.rounds ?? 40);
const file = resolve(values.program ?? built);

if (!existsSync(GNU_TIME)) throw new Error(`${GNU_TIME} is missing: install GNU time`);
if (values.program === undefined) await ensureBuilt();
/** What the commands need of the answers to all paths. */
const ANSWER = {
  ...{ status: "ok", state: "running", mode: "local", version: "1", uptimeSeconds: 1, inFlight: 0, deadline: null },
  ...{ checks: [], executions: [], nextCursor: null, finished: 0 },
};
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(ANSWER) });
const report = join(tmpdir(), `agent-runner-light-${process.pid}`);
const env = { PATH: "/usr/bin:/bin", HOME: tmpdir(), MODE: "local", ADMIN_PORT: String(server.port) };

interface Run {
  readonly ms: number;
  readonly cpuMs: number;
  readonly mib: number;
}

/** @throws if the command fails: its figures would be those of an error */
async function run(command: string): Promise<Run> {
  const started = performance.now();
  const child = Bun.spawn([GNU_TIME, "-f", "%M", "-o", report, file, ...command.split(" ")], {
    env,
    cwd: tmpdir(),
    stdout: "ignore",
    stderr: "pipe",
  });
  if ((await child.exited) !== 0) throw new Error(`${command} failed: ${await new Response(child.stderr).text()}`);
  const ms = performance.now() - started;
  const mib = Number(await readFile(report, "utf8")) / 1024;
  return { ms, mib, cpuMs: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000 };
}

printMachine();
for (const command of ["version", "--help", "config", "health", "executions", "status", "__complete fish run"]) {
  // The first one reads the file from the disk.
  await run(command);
  const runs: Run[] = [];
  while (runs.length < rounds) runs.push(await run(command));
  const took = runs.map(({ ms }) => ms);
  row(`${command}: from its start to its end, median`, `${median(took).toFixed(0)} ms`, `target: ≤ ${MAX_MS}`);
  row(`${command}: longest`, `${Math.max(...took).toFixed(0)} ms`);
  row(`${command}: load average of the last minute`, (loadavg()[0] ?? 0).toFixed(1));
  row(`${command}: processor time, median`, `${median(runs.map(({ cpuMs }) => cpuMs)).toFixed(0)} ms`);
  const most = Math.max(...runs.map(({ mib }) => mib));
  row(`${command}: largest resident memory`, `${most.toFixed(1)} MiB`, `target: ≤ ${MAX_MIB}`);
}
await Bun.file(report).delete();
await server.stop(true);
