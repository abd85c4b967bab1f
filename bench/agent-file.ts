/**
 * Measures what agent files cost: `bun run bench:agent-file`.
 *
 * The daemon's services are real, over gRPC. Requests are those of `run` before the execution is created.
 *
 *   --rounds N       how often each step is measured (30)
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defaultInstance } from "../src/client/default-instance.ts";
import { AgentCommandController, type StigmerClient } from "../src/stigmer/index.ts";
import { openDaemonServices } from "../test/support/daemon-services.ts";
import { fileTree, writeFiles } from "../test/support/file-tree.ts";
import { median, printMachine, row, timed } from "./measures.ts";

const { values } = parseArgs({ options: { rounds: { type: "string" } } });
const rounds = Number(values.rounds ?? 30);
const signal = new AbortController().signal;
const MIB = 1024 * 1024;

const milliseconds = (ms: number) => `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;

/** Half of it can be compressed, as text can. */
function megabyte(): Uint8Array {
  const bytes = Buffer.alloc(MIB, "some text that repeats itself, as instructions do\n");
  for (let at = 0; at < MIB / 2; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  while (times.length < rounds) times.push(await timed(work));
  return median(times);
}

/** Counts the calls of a client. */
function counted(client: StigmerClient): { count: number } {
  const calls = { count: 0 };
  const call = client.call.bind(client);
  client.call = (...args) => {
    calls.count++;
    return call(...args);
  };
  return calls;
}

printMachine();
await using server = await openDaemonServices();
const { client } = server;
const calls = counted(client);
await using folder = await fileTree({
  "plain.yaml": "metadata: {name: plain}\nspec: {instructions: Help.}\n",
  "servers.yaml":
    "metadata: {name: servers}\nspec: {mcp_servers: [{name: a, stdio: {command: b}}, {name: c, http: {url: 'https://c'}}]}\n",
  "sub-agents.yaml":
    "metadata: {name: subs}\nspec: {sub_agents: [{name: a, instructions: b}, {name: c, instructions: d}]}\n",
  "environment.yaml": "metadata: {name: env}\nenvironment_refs: [{path: .env}]\n",
  "skill.yaml": "metadata: {name: skilled}\nspec: {skill_refs: [{path: skill}]}\n",
  ".env": "A=1\nB=2\n",
  "skill/SKILL.md": "---\nname: large\n---\nText.\n",
  "skill/data.bin": megabyte(),
});

const loading = await timed(async () => await import("../src/client/agent-file/index.ts"));
row("agent-file/ loaded, from the sources", milliseconds(loading));
const { applyAgentFile, loadAgentFile } = await import("../src/client/agent-file/index.ts");
const tell = () => undefined;
const apply = async (name: string) =>
  await applyAgentFile(client, await loadAgentFile(folder.file(name), signal), { signal, tell });

const bare = async () => {
  const agent = await client.call(AgentCommandController.method.apply, { metadata: { name: "plain" } }, { signal });
  await defaultInstance(client, agent, signal);
};
await bare();
calls.count = 0;
const without = await medianOf(bare);
row("applying an agent, without a file", milliseconds(without), `requests: ${calls.count / rounds}`);
for (const name of ["plain.yaml", "servers.yaml", "sub-agents.yaml", "environment.yaml"]) {
  await apply(name);
  calls.count = 0;
  const took = await medianOf(() => apply(name));
  row(`loading and applying ${name}`, milliseconds(took), `requests: ${calls.count / rounds}`);
}

const cold: number[] = [];
for (let round = 0; round < rounds; round++) {
  await writeFiles(folder.path, { "skill/SKILL.md": `---\nname: large\n---\nText ${round}.\n` });
  cold.push(await timed(() => apply("skill.yaml")));
}
row("a skill of 1 MiB, packed and pushed", milliseconds(median(cold)));
calls.count = 0;
row(
  "a skill of 1 MiB, which the server has",
  milliseconds(await medianOf(() => apply("skill.yaml"))),
  `requests: ${calls.count / rounds}`,
);
const { readSkillFolder } = await import("../src/client/agent-file/skill-folder.ts");
row(
  "a skill of 1 MiB, packed alone",
  milliseconds(await medianOf(() => readSkillFolder(join(folder.path, "skill"), signal))),
);
