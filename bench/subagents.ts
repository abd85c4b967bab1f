import { ensureBuilt, program } from "../scripts/lib/built.ts";
import { checkSubAgents } from "../src/agent/index.ts";
import { startOllamaDouble } from "../test/support/ollama-double.ts";
import { startProgram } from "../test/support/program.ts";
import { phaseOf, StigmerUser } from "../test/support/stigmer-user.ts";
import { startLocalServers } from "./local-servers.ts";
import { median, printMachine, residentMb, row, timed } from "./measures.ts";

const WARM_UP = 10;
const RUNS = 40;
const CHECKS = 10_000;
const LEAD = "You lead.";

await ensureBuilt();
await using servers = await startLocalServers();
await using ollama = startOllamaDouble();
await using runner = startProgram(program, [], { ...servers.env, OLLAMA_BASE_URL: ollama.url }, servers.folder);
await runner.says("Worker ready");

/** A user's message says how many tasks to delegate. */
ollama.converse(({ messages }, turn) => {
  if (messages[0]?.content.includes(LEAD) !== true || turn > 0) return { text: "Done." };
  const tasks = Number.parseInt(messages.findLast(({ role }) => role === "user")?.content ?? "0", 10);
  if (tasks === 0) return { text: "Done." };
  // Equal calls would be taken for a loop.
  const call = (number: number) => ({
    name: "task",
    args: { subagent_type: "worker-0", description: `Work ${number}` },
  });
  return { text: "", tools: Array.from({ length: tasks }, (_, number) => call(number)) };
});
const user = new StigmerUser(servers.client);
const spec = (count: number) => ({
  instructions: LEAD,
  subAgents: Array.from({ length: count }, (_, index) => ({
    name: `worker-${index}`,
    instructions: `You are worker ${index}.`,
  })),
});

/** Kinds of executions: how many sub-agents are defined, and how many tasks are delegated. */
const kinds = [
  { name: "no sub-agents", defined: 0, tasks: 0 },
  { name: "10 defined, none used", defined: 10, tasks: 0 },
  { name: "50 defined, none used", defined: 50, tasks: 0 },
  { name: "1 task", defined: 1, tasks: 1 },
  { name: "8 tasks at the same time", defined: 1, tasks: 8 },
] as const;
const measured = kinds.map((kind) => ({ ...kind, ms: [] as number[] }));

/** What Temporal takes to hand over a task depends on what came before. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

let requests = 0;
for (let run = 0; run < WARM_UP + RUNS; run++) {
  for (const { tasks, defined, ms } of shuffled(measured)) {
    const session = await user.session(spec(defined));
    const before = ollama.requests.length;
    const took = await timed(async () => {
      const execution = await user.ask(session, String(tasks));
      if (phaseOf(execution) !== "EXECUTION_COMPLETED") throw new Error(execution.status?.error);
    });
    if (run >= WARM_UP) ms.push(took);
    if (defined > 0 && tasks === 0) requests = Math.max(requests, ollama.requests.length - before);
  }
}

printMachine();
const [plain] = measured;
for (const { name, ms } of measured) {
  const more = median(ms) - median(plain?.ms ?? []);
  row(
    `execution: ${name}, median of ${RUNS}`,
    `${median(ms).toFixed(1)} ms`,
    `${more < 0 ? "" : "+"}${more.toFixed(1)} ms`,
  );
}
row("requests to the model if none is used", String(requests), "1, the agent's own");
const nothing = { name: "plain", subAgents: [], mcpServers: [] };
const checks = await timed(async () => {
  for (let check = 0; check < CHECKS; check++) checkSubAgents(nothing);
});
row("check of a definition without sub-agents", `${((checks / CHECKS) * 1_000).toFixed(2)} µs`);
row("resident memory at the end", `${residentMb(runner.pid).toFixed(0)} MB`);
runner.signal("SIGTERM");
await runner.exited;
