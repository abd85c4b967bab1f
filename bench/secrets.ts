/**
 * Measures what masking costs a whole execution: `bun run bench:secrets [rounds]`.
 *
 * The compiled program runs the same execution with 50 variables in turns: once they are plain, once they are secrets.
 * What is compared is the CPU time of the runner itself, without that of its commands.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBuilt, program } from "../scripts/lib/built.ts";
import { startProgram } from "../test/support/program.ts";
import { phaseOf, StigmerUser } from "../test/support/stigmer-user.ts";
import { startLocalServers } from "./local-servers.ts";
import { median, row } from "./measures.ts";

const ROUNDS = Number(process.argv[2] ?? 5);
const SECRETS = 50;
const TURNS = 30;
/** Lines of source code that each turn prints: 6 KB. */
const LINES = 100;
/** Clock ticks of /proc are hundredths of a second. */
const TICK_MS = 10;

await ensureBuilt();
await using servers = await startLocalServers();
const { folder } = servers;

const print = (turn: number) =>
  `seq ${LINES} | sed 's/.*/  const value_&_${turn} = find("name & ${turn}", { limit: & });/'`;
const turns = Array.from({ length: TURNS }, (_, turn) => ({
  text: `I look at part ${turn}. ${"It has some words in it. ".repeat(10)}`,
  tools: [{ execute: { command: print(turn) } }],
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

/** CPU time of the runner so far, in ms. */
async function cpuMs(): Promise<number> {
  const stat = await readFile(`/proc/${runner.pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

const user = new StigmerUser(servers.client);

/** Runs the execution in a session of its own. @returns the CPU time that it took, in ms */
async function run(isSecret: boolean): Promise<number> {
  const variables = Array.from({ length: SECRETS }, (_, index) => {
    const value = Buffer.from(crypto.getRandomValues(new Uint8Array(30))).toString("base64url");
    return [`VARIABLE_${index}`, { value, isSecret }] as const;
  });
  const session = await user.session();
  const before = await cpuMs();
  const execution = await user.ask(session, "Go", { runtimeEnv: Object.fromEntries(variables) });
  if (phaseOf(execution) !== "EXECUTION_COMPLETED") throw new Error(execution.status?.error);
  return (await cpuMs()) - before;
}

// The first executions load and compile code.
for (const isSecret of [false, true, false, true]) await run(isSecret);
const plain: number[] = [];
const secret: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  plain.push(await run(false));
  secret.push(await run(true));
}
// Other programs on the machine make an execution dearer, never cheaper: the least of many is closest to its own cost.
const [leastPlain, leastSecret] = [Math.min(...plain), Math.min(...secret)];
row(`CPU of an execution with ${SECRETS} plain variables`, `${leastPlain} ms`);
row(`CPU of the same with ${SECRETS} secrets`, `${leastSecret} ms`);
row("more with secrets", `${((100 * (leastSecret - leastPlain)) / leastPlain).toFixed(1)} %`, "at most 5 %");
row("medians", `${median(plain)}, ${median(secret)} ms`);
console.log(`all of them, in ms: plain ${plain.join(" ")}, secret ${secret.join(" ")}`);
runner.signal("SIGTERM");
await runner.exited;
