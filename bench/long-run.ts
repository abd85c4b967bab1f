/**
 * Measures one long execution in the compiled program: `bun bench/long-run.ts [calls]`.
 *
 * An agent calls `execute` repeatedly, eight calls per turn, each with 100 KB of different output. A late call should cost
 * no more than an early one, and should not delay other work.
 */
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBuilt, program } from "../scripts/lib/built.ts";
import { AgentExecutionQueryController } from "../src/stigmer/index.ts";
import { startProgram } from "../test/support/program.ts";
import { StigmerUser } from "../test/support/stigmer-user.ts";
import { startLocalServers } from "./local-servers.ts";

const CALLS = Number(process.argv[2] ?? 1_000);
const CALLS_A_TURN = 8;
const OUTPUT_BYTES = 100_000;
/** Interval of liveness requests; the slowest answer is the longest pause of the event loop. */
const PROBE_EVERY_MS = 20;

await ensureBuilt();
await using servers = await startLocalServers();
const { folder, client, dataDir: data } = servers;

const call = (number: number) => ({
  execute: { command: `head -c ${Math.ceil((OUTPUT_BYTES * 3) / 4)} /dev/urandom | base64 -w0 # ${number}` },
});
const turns = Array.from({ length: CALLS / CALLS_A_TURN }, (_, turn) => ({
  tools: Array.from({ length: CALLS_A_TURN }, (_, place) => call(turn * CALLS_A_TURN + place)),
}));
await writeFile(join(folder, "script.yaml"), JSON.stringify({ turns: [...turns, { text: "Done." }] }));
await using runner = startProgram(
  program,
  [],
  {
    ...servers.env,
    STIGMER_LLM_PROVIDER: "scripted",
    STIGMER_LLM_SCRIPT: join(folder, "script.yaml"),
  },
  folder,
);
await runner.says("Worker ready");
const admin = /http:\/\/[\w.:]+/.exec(
  runner
    .output()
    .split("\n")
    .find((line) => line.includes("dmin")) ?? "",
)?.[0];
if (admin === undefined) throw new Error(`no address of the admin server in:\n${runner.output()}`);

/** When a number of calls had ended. */
const reached: { readonly calls: number; readonly ms: number }[] = [];
let running = true;
/** Memory before and after the agent library is loaded by the first execution. */
const slowest = { first: 0, later: 0 };
const probing = (async () => {
  while (running) {
    const asked = performance.now();
    await fetch(`${admin}/livez`).then((answer) => answer.text());
    const part = reached.length > 0 && (reached.at(-1)?.calls ?? 0) > 0 ? "later" : "first";
    slowest[part] = Math.max(slowest[part], performance.now() - asked);
    await Bun.sleep(PROBE_EVERY_MS);
  }
})();

const user = new StigmerUser(client);
const started = performance.now();
const execution = await user.begin(await user.session(), "Go");
let last = execution;
for await (const update of client.stream(AgentExecutionQueryController.method.subscribe, {
  value: execution.metadata?.id ?? "",
})) {
  last = update;
  const calls = update.status?.toolCalls.filter(({ completedAt }) => completedAt !== "").length ?? 0;
  reached.push({ calls, ms: performance.now() - started });
}
const seconds = (performance.now() - started) / 1000;
running = false;
await probing;
if (last.status?.error !== "") throw new Error(last.status?.error);

const row = (name: string, value: string) => console.log(`${name.padEnd(52)} ${value.padStart(14)}`);
row(`${CALLS} calls of ${OUTPUT_BYTES / 1000} KB in one execution`, `${seconds.toFixed(1)} s`);
row("of it the first tenth of the calls", `${timeBetween(0, CALLS / 10).toFixed(1)} s`);
row("of it the last tenth of the calls", `${timeBetween(CALLS * 0.9, CALLS).toFixed(1)} s`);
row("slowest answer of /livez until the first call ended", `${slowest.first.toFixed(0)} ms`);
row("slowest answer of /livez after it", `${slowest.later.toFixed(0)} ms`);
row("threads.db and its log", `${((await sizeOf(data, "threads.db")) / 1e6).toFixed(0)} MB`);
runner.signal("SIGTERM");
await runner.exited;

function timeBetween(from: number, to: number): number {
  const at = (calls: number) => (calls === 0 ? 0 : (reached.find((update) => update.calls >= calls)?.ms ?? Number.NaN));
  return (at(to) - at(from)) / 1000;
}

async function sizeOf(directory: string, start: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(start));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
