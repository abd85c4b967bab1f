/** Whose line is it? With several executions at once, only its ids tell. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { ApiResourceKind, SkillCommandController } from "../../src/stigmer/index.ts";
import { until } from "../support/eventually.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { everything } from "../support/mcp-servers.ts";
import { task } from "../support/sub-agents-contract.ts";

/** Lines about the runner itself, while executions run. */
const OF_THE_RUNNER = [
  /^agent-runner (Stigmer|Temporal|Ollama.*|model.*) (is (un)?healthy|is degraded|has recovered)/,
  /^agent-runner Accepting (no )?executions/,
  // Those of Temporal's SDK, of which the daemon's worker is started here again.
  /^agent-runner\.temporal (Worker state changed|No (workflows|Nexus services) registered)/,
];

interface Line {
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  readonly executionId?: string;
  readonly [more: string]: unknown;
}

let world: LocalWorld;
beforeAll(async () => {
  world = await localWorld({ TEMPORAL_MAX_CONCURRENCY: "2" }, { logFormat: "json" });
});
afterAll(() => world[Symbol.asyncDispose]());

const lines = (): Line[] => world.log.map((line) => JSON.parse(line));
const said = (text: RegExp) => lines().filter(({ message }) => text.test(message));

test("every line of an execution has its ids, whoever logs it", async () => {
  const artifact = zipSync({ "SKILL.md": strToU8("---\nname: notes\ndescription: Notes.\n---\nWrite notes.") });
  await world.client.call(SkillCommandController.method.push, { name: "notes", org: "acme", artifact });
  const missing = { command: "/nowhere/server", args: [] };
  const spec = {
    instructions: "You lead.",
    mcpServers: [everything("every"), { name: "gone", serverType: { case: "stdio" as const, value: missing } }],
    skillRefs: [{ kind: ApiResourceKind.skill, org: "acme", slug: "notes" }],
    subAgents: [{ name: "reader", instructions: "You read." }],
  };
  const go = Promise.withResolvers<void>();
  world.ollama.converse(({ messages }, turn) => {
    if (messages[0]?.content.includes("You read."))
      return messages.at(-1)?.role === "tool"
        ? { text: "Read." }
        : { text: "", tools: [{ name: "read_file", args: { file_path: "/nothing" } }] };
    if (turn === 0)
      return { text: "", tools: [task("reader", "Read"), { name: "execute", args: { command: "exit 3" } }] };
    if (turn === 1) return { text: "", tools: [{ name: "every_echo", args: { message: "hello" } }] };
    return { text: "Done.", after: go.promise };
  });

  world.log.length = 0;
  const [one, two] = [await world.session(spec), await world.session(spec)];
  const begun = [await world.begin(one, "Go")];
  const cache = join(world.workspace, "../data/skills");
  const cached = async () => (await readdir(cache).catch(() => [])).filter((name) => name.endsWith(".zip"));
  await until("the skill is cached", async () => (await cached()).length > 0);
  for (const name of await cached()) await Bun.write(join(cache, name), "damaged");
  begun.push(await world.begin(two, "Go"));
  // Waits for the first one, which has its session.
  begun.push(await world.begin(one, "Go on"));
  await until("one waits", () => said(/ waits for thread-/).length > 0);
  await until("both connect", () => said(/"gone" is not available/).length > 1);
  await until("both ask for the last answer", () => world.ollama.requests.length >= 10);
  await world.stopDaemon();
  go.resolve();
  await until("a sink fails", () => said(/status .*could not be delivered/).length > 0);
  await world.startDaemon();
  await until("all have ended", () => said(/^Execution completed/).length === 3);

  const ids = new Set(begun.map(({ metadata }) => metadata?.id ?? ""));
  const runnerWide = ({ logger, message }: Line) => OF_THE_RUNNER.some((text) => text.test(`${logger} ${message}`));
  const own = lines().filter((line) => !runnerWide(line));
  const without = own.filter(({ executionId = "" }) => !ids.has(executionId));
  expect(without).toEqual([]);
  for (const line of own)
    expect(line).toMatchObject({
      workflowId: `stigmer/agent-execution/invoke/${line.executionId}`,
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      activityId: expect.any(String),
    });
  // Parts that all executions share, and those of one, tell them apart.
  for (const text of [/is damaged/, / waits for thread-/, /"gone" is not available/, /could not be delivered/]) {
    expect(said(text)).not.toEqual([]);
    for (const line of said(text))
      expect(line).toMatchObject({
        sessionId: expect.stringMatching(/^ses-/),
        threadId: expect.stringContaining("ses-"),
      });
  }
  expect(new Set(said(/"gone" is not available/).map(({ executionId }) => executionId)).size).toBeGreaterThan(1);
  const loggers = new Set(own.map(({ logger }) => logger));
  for (const logger of ["agent-runner.execution", "agent-runner.agent", "agent-runner.skills"])
    expect(loggers).toContain(logger);
}, 120_000);
