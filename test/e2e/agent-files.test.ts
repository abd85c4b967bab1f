/** Agent files with the compiled program: skills from folders, environments from files, checks, and `dev --watch`. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type DevProgram, startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { writeFiles } from "../support/file-tree.ts";
import { installedProgram } from "../support/installed-program.ts";
import type { ChatRequest, Turn } from "../support/ollama-double.ts";
import { type RunningProgram, startProgram } from "../support/program.ts";

const installed = installedProgram("ollama");

const FILES = {
  "agent.yaml": `metadata: {name: keeper}
spec:
  instructions: First instructions.
  skill_refs: [{path: skills/notes}]
environment_refs: [{path: .keys}, {path: plain.env, is_secret: false}]
`,
  ".keys": "API_TOKEN=a-secret-token\n",
  "plain.env": "REGION=eu-west\n",
  "skills/notes/SKILL.md": "How to take notes.\n",
  "skills/notes/run.sh": "#!/bin/sh\necho note\n",
};

async function dev(name: string, args: readonly string[] = []): Promise<DevProgram> {
  await writeFiles(join(installed.folder.path, name), FILES);
  return await startDev(installed, { OLLAMA_BASE_URL: installed.ollama.url }, name, args);
}

async function ended(program: RunningProgram): Promise<{ code: number; output: string; errors: string }> {
  return { code: await program.exited, output: program.output(), errors: program.errors() };
}

const SHOP_AND_CLERK = `  mcp_servers:
    - {name: shop, stdio: {command: python3, args: ["${join(import.meta.dir, "../../examples/mcp-server/server.py")}"]}}
  sub_agents: [{name: clerk, description: Counts., instructions: Count., mcp_servers: [shop]}]
`;

const tellsVariables = (_: unknown, turn: number) =>
  turn === 0
    ? { text: "", tools: [{ name: "execute", args: { command: 'echo "$REGION $API_TOKEN" | tee told.txt' } }] }
    : { text: "Told." };

/** Two critics at the same time: the first one's command ends after the second one's. */
const delegates = ({ messages }: ChatRequest, turn: number): Turn => {
  const task = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const execute = (command: string) => ({ text: "", tools: [{ name: "execute", args: { command } }] });
  if (task.includes("Review one"))
    return turn === 0 ? execute("until [ -e two ]; do sleep 0.05; done; echo first") : { text: "It is fine." };
  if (task.includes("Review two")) {
    if (turn === 0) return { text: "", tools: [{ name: "read_file", args: { file_path: "none.txt" } }] };
    return turn === 1 ? execute("touch two; echo second") : { text: "It is fine." };
  }
  const review = (description: string) => ({ name: "task", args: { subagent_type: "critic", description } });
  return turn === 0 ? { text: "", tools: [review("Review one"), review("Review two")] } : { text: "Both are fine." };
};

describe("an agent file", () => {
  let everything: DevProgram;
  beforeAll(async () => {
    everything = await dev("whole");
  });
  afterAll(() => everything[Symbol.asyncDispose]());

  test("gives its environments to commands, and its skills to the daemon once", async () => {
    installed.ollama.converse(tellsVariables);
    const first = await ended(everything.command(["run", "--agent", "agent.yaml", "Tell"]));
    expect([first.code, first.output]).toEqual([0, expect.stringContaining("eu-west ***")]);
    expect(first.errors).toMatch(/Pushing the skill notes \(\d+ bytes\) to localhost:\d+\./);
    expect(await Bun.file(join(everything.cwd, "workspace/told.txt")).text()).toBe("eu-west a-secret-token\n");
    const second = await ended(everything.command(["run", "--agent", "agent.yaml", "Tell"]));
    expect([second.code, second.errors.includes("Pushing")]).toEqual([0, false]);
    expect(first.output + first.errors + everything.output()).not.toContain("a-secret-token");
  });

  test("shows what parallel sub-agents do, each with its name, and what all of it used", async () => {
    await Bun.write(
      join(everything.cwd, "editor.yaml"),
      `metadata: {name: editor}
spec:
  instructions: Edit.
  sub_agents: [{name: critic, description: Reviews., instructions: Review.}]
`,
    );
    installed.ollama.converse(delegates);
    const run = await ended(everything.command(["run", "--agent", "editor.yaml", "Go"]));
    // Without a terminal there is no Ctrl-C.
    expect([run.code, run.errors]).toEqual([
      0,
      expect.stringMatching(/^Execution aex-\w+\. To end it: agent-runner cancel/),
    ]);
    const lines = run.output.replaceAll(/\(\d+\.\d s\)/g, "(0 s)").split("\n");
    // The order of the two depends on the moments at which their states arrive.
    expect(lines.slice(0, -3).toSorted()).toEqual(
      [
        "▸ task: critic — Review one",
        "▸ task: critic — Review two [critic #2]",
        "  ✗ critic #2 · read_file: none.txt (0 s) 'none.txt' does not exist.",
        "  ✓ critic #2 · $ touch two; echo second (0 s)",
        "    second",
        "  ✓ critic · $ until [ -e two ]; do sleep 0.05; done; echo first (0 s)",
        "    first",
        "✓ task: critic — Review one (0 s)",
        "✓ task: critic — Review two (0 s) [critic #2]",
      ].toSorted(),
    );
    expect(lines.slice(-3)).toEqual([
      "Both are fine.",
      expect.stringMatching(
        /^✓ completed after .* · 7 model calls, 70 tokens in, 70 out · continue with --session ses-/,
      ),
      "",
    ]);
    const attached = await ended(everything.command(["attach", "--json", /aex-\w+/.exec(run.errors)?.[0] ?? ""]));
    expect(JSON.parse(attached.output.trimEnd().split("\n").at(-1) ?? "").status).toMatchObject({
      subAgentExecutions: [
        { name: "critic", status: "SUB_AGENT_COMPLETED", input: "Review one", output: "It is fine." },
        { name: "critic", status: "SUB_AGENT_COMPLETED", input: "Review two", output: "It is fine." },
      ],
    });
  });
});

describe("a watched agent file", () => {
  test("is applied by dev --watch, and the next message in an open session uses what has changed", async () => {
    await using everything = await dev("watched", ["--watch", "agent.yaml"]);
    await everything.says("Applied the agent keeper of agent.yaml");
    installed.ollama.converse(tellsVariables);
    const first = await ended(everything.command(["run", "--agent", "agent.yaml", "Tell"]));
    expect(first.errors).not.toContain("Pushing");
    const session = /--session (ses-\w+)/.exec(first.output)?.[1] ?? "";
    const changed = {
      "agent.yaml": FILES["agent.yaml"].replace("First", "Second"),
      "plain.env": "REGION=us-east\n",
      "skills/notes/SKILL.md": "How to take better notes.\n",
    };
    await writeFiles(everything.cwd, changed);
    await until("all of it is applied", () =>
      ["instructions", "skill notes", "environment plain.env"].every((part) =>
        new RegExp(`Applied the agent keeper again: .*${part}`).test(everything.output()),
      ),
    );
    const next = await ended(everything.command(["run", "--session", session, "Tell"]));
    expect([next.code, next.output]).toEqual([0, expect.stringContaining("us-east ***")]);
    expect(installed.ollama.requests.at(-1)?.messages[0]?.content).toStartWith("Second instructions.");

    const tools = () => installed.ollama.requests.at(-1)?.tools?.map(({ function: { name } }) => name);
    expect(tools()).not.toContain("stock");
    const extended = changed["agent.yaml"].replace("  skill_refs", `${SHOP_AND_CLERK}  skill_refs`);
    await writeFiles(everything.cwd, { "agent.yaml": extended });
    await everything.says("Applied the agent keeper again: MCP server shop (new), sub-agent clerk (new)");
    expect((await ended(everything.command(["run", "--session", session, "Go on"]))).code).toBe(0);
    expect(tools()).toEqual(expect.arrayContaining(["stock", "task"]));

    await writeFiles(everything.cwd, { "agent.yaml": extended.replace("mcp_servers: [shop]", "mcp_servers: [shp]") });
    await everything.says('mcp_servers[0] is "shp", a server that the agent does not have: did you mean shop?');
    await everything.says("The agent stays as it was");
    expect((await ended(everything.command(["run", "--session", session, "Go on"]))).code).toBe(0);
    expect(tools()).toEqual(expect.arrayContaining(["stock", "task"]));
    everything.signal("SIGINT");
    expect(await everything.exited).toBe(0);
    expect(everything.errors()).toBe("");
    expect(everything.output()).not.toContain("a-secret-token");
  });
});

describe("run --check", () => {
  const check = async (...args: readonly string[]) => {
    const cwd = join(installed.folder.path, "checked");
    await writeFiles(cwd, {
      ...FILES,
      "wrong.yaml": "metadata: {name: x}\nspec: {skill_refs: [{path: none}], typo: 1}\n",
    });
    const env = { STIGMER_BACKEND_ENDPOINT: "localhost:1", SECRET: "s3cret-value" };
    await using program = startProgram(installed.file, ["run", ...args], env, cwd);
    return await ended(program);
  };

  test("shows what a file leads to, without a daemon, and exits with 0", async () => {
    const { code, output, errors } = await check("--check", "agent.yaml", "--secret-env", "SECRET");
    expect([code, errors]).toEqual([0, ""]);
    for (const line of [
      "Agent keeper (agent.yaml)",
      "│  └─ notes: skills/notes, 2 files",
      "│     └─ executable: run.sh",
      "├─ API_TOKEN: secret, from .keys",
      "├─ REGION: from plain.env",
      "└─ SECRET: secret, from --secret-env",
      "The file is valid.",
    ])
      expect(output).toContain(line);
    expect(output).not.toMatch(/a-secret-token|eu-west|s3cret-value/);
  });

  test("lists all problems and exits with 1", async () => {
    const { code, output } = await check("--check", "wrong.yaml");
    expect(code).toBe(1);
    expect(output).toContain("error: wrong.yaml:2:22: spec.skill_refs[0].path leads to a folder that cannot be used");
    expect(output).toContain("error: wrong.yaml:2:36: spec.typo is unknown: AgentSpec has description, icon_url,");
    expect(output).toEndWith("The file is not valid: 2 problems.\n");
    const json = await check("--check", "wrong.yaml", "--json");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.output)).toMatchObject({ valid: false, problems: [expect.any(String), expect.any(String)] });
  });

  test("reads standard input", async () => {
    const shell = [
      "-c",
      '"$0" run --check - <agent.yaml && cat agent.yaml | "$0" run --check /dev/stdin',
      installed.file,
    ];
    await using program = startProgram("/bin/sh", shell, {}, join(installed.folder.path, "checked"));
    expect(await ended(program)).toMatchObject({ code: 0, errors: "" });
    for (const name of ["standard input", "/dev/stdin"]) expect(program.output()).toContain(`Agent keeper (${name})`);
    expect((await check("--agent", "-", "-")).errors).toContain("cannot both be -");
  });

  test("refuses what does not go with it, and files that cannot be read", async () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [["--check", "agent.yaml", "Hi"], "--check only checks a file: leave out a message"],
      [["--check", "agent.yaml", "--agent", "agent.yaml"], "leave out --agent"],
      [["--check", "none.yaml"], "The agent file none.yaml cannot be read"],
      [["--check", "skills"], "The agent file skills is a directory"],
      [["--check", "agent.yaml", "--model", ":x"], "--model :x is incomplete"],
    ];
    for (const [args, problem] of cases) {
      const { code, errors } = await check(...args);
      expect([args, code, errors]).toEqual([args, 2, expect.stringContaining(problem)]);
    }
  });
});
