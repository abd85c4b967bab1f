/** Agent files take effect in both modes: what `run --agent` submits, runs with everything that the file names. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { create } from "@bufbuild/protobuf";
import { program as built } from "../../scripts/lib/built.ts";
import { applyAgentFile, loadAgentFile } from "../../src/client/agent-file/index.ts";
import { submit } from "../../src/client/index.ts";
import { type AgentExecution, ExecutionValueSchema, type StigmerClient } from "../../src/stigmer/index.ts";
import { cloudWorld } from "../support/cloud-world.ts";
import { type FileTree, fileTree, writeFiles } from "../support/file-tree.ts";
import { localWorld } from "../support/local-world.ts";
import { startHttpFault } from "../support/mcp/http-faults.ts";
import type { OllamaDouble } from "../support/ollama-double.ts";
import { startProgram } from "../support/program.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";

interface World {
  readonly client: StigmerClient;
  readonly ollama: OllamaDouble;
  /** What runners have logged. */
  log(): string;
}

const SHOP_SERVER = join(import.meta.dir, "../../examples/mcp-server/server.py");
const signal = new AbortController().signal;

const worlds: readonly (readonly [string, (open: AsyncDisposableStack) => Promise<World>])[] = [
  [
    "local",
    async (open) => {
      const { client, ollama, log } = open.use(await localWorld());
      return { client, ollama, log: () => log.join("\n") };
    },
  ],
  [
    "cloud",
    async (open) => {
      const world = open.use(await cloudWorld());
      const { program } = await world.replica({ MCP_ALLOWED_HOSTS: "127.0.0.1" });
      return { client: world.user.client, ollama: world.ollama, log: program.output };
    },
  ],
];

describe.each(worlds)("an agent file in %s mode", (_, start) => {
  const open = new AsyncDisposableStack();
  let world: World;
  beforeAll(async () => {
    world = await start(open);
  });
  afterAll(() => open.disposeAsync());

  /** What `run --agent FILE MESSAGE --env …` does. */
  async function run(
    file: string,
    env: Readonly<Record<string, string>> = {},
    sessionId?: string,
  ): Promise<AgentExecution> {
    const loaded = await loadAgentFile(file, signal);
    const runtimeEnv = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, create(ExecutionValueSchema, { value })]),
    );
    const execution = await submit(
      world.client,
      {
        message: "Go",
        instance: async (client) =>
          (await applyAgentFile(client, loaded, { signal, tell: () => undefined })).instanceId,
        runtimeEnv,
        ...(sessionId === undefined ? {} : { sessionId }),
      },
      signal,
    );
    return (await new StigmerUser(world.client).follow(execution)).at(-1) ?? expect.unreachable();
  }

  const executes = (command: string) => {
    world.ollama.converse((_request, turn) =>
      turn === 0 ? { text: "", tools: [{ name: "execute", args: { command } }] } : { text: "Done." },
    );
  };
  const resultOf = ({ status }: AgentExecution) => status?.toolCalls[0]?.result ?? "";

  test("gives commands the variables of its layers: a later one wins, and secrets are masked", async () => {
    await using folder = await fileTree({
      "agent.yaml": `metadata: {name: layers}
spec:
  instructions: Help.
  env_spec: {data: {A: {value: a-spec}, B: {value: b-spec}, C: {value: c-spec}, D: {value: d-spec}, E: {}}}
environment_refs: [{path: first.env, is_secret: false}, {path: second.yaml}, {path: .env}]
`,
      "first.env": "B=b-first\nC=c-first\nD=d-first\n",
      "second.yaml": "spec: {data: {C: {value: c-second}, D: {value: d-second}}}\n",
      ".env": "KEY=a-secret-key\n",
    });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
    executes('echo "$A $B $C $D ${E-none} $KEY ${#KEY}"');
    const ended = await run(folder.file("agent.yaml"), { D: "d-run" });
    expect([phaseOf(ended), resultOf(ended)]).toEqual([
      "EXECUTION_COMPLETED",
      expect.stringContaining("a-spec b-first c-second d-run none *** 12"),
    ]);
  });

  test("that has changed is used by the next message of a session", async () => {
    const agent = (text: string) =>
      `metadata: {name: changing}\nspec: {instructions: ${text}}\nenvironment_refs: [{path: .env}]\n`;
    await using folder = await fileTree({ "agent.yaml": agent("First."), ".env": "KEY=first-key\n" });
    executes('printf %s "$KEY" | wc -c');
    const first = await run(folder.file("agent.yaml"));
    expect(resultOf(first)).toContain("9");
    await writeFiles(folder.path, { "agent.yaml": agent("Second."), ".env": "KEY=another-second-key\n" });
    const loaded = await loadAgentFile(folder.file("agent.yaml"), signal);
    await applyAgentFile(world.client, loaded, { signal, tell: () => undefined });
    const next = await run(folder.file("agent.yaml"), {}, first.spec?.sessionId);
    expect(resultOf(next)).toContain("18");
    expect(world.ollama.requests.at(-1)?.messages[0]?.content).toStartWith("Second.");
  });

  test("has its skills from folders in the sandbox", async () => {
    const files: FileTree = {
      "agent.yaml": `metadata: {name: skilled}
spec:
  instructions: Help.
  skill_refs: [{path: skills/greeting}]
`,
      "skills/greeting/SKILL.md": "---\nname: greeting\n---\nRun greet.sh, as this unusual sentence says.\n",
      "skills/greeting/greet.sh": "#!/bin/sh\necho a greeting from $0\n",
    };
    await using folder = await fileTree(files);
    executes("bin/skills/*/greet.sh");
    const ended = await run(folder.file("agent.yaml"));
    expect(resultOf(ended)).toContain("a greeting from bin/skills/");
    expect(world.ollama.requests.at(-1)?.messages[0]?.content).toContain("as this unusual sentence says");
  });

  test("has all of its parts at once when the program runs it: servers, skill, secret, sub-agent", async () => {
    using server = startHttpFault("none");
    await using folder = await fileTree({
      "agent.yaml": `metadata: {name: whole}
spec:
  instructions: You lead.
  mcp_servers:
    - {name: shop, stdio: {command: python3, args: ["\${SHOP_SERVER}"]}, enabled_tools: [stock]}
    - {name: far, http: {url: "${server.url}", headers: {Authorization: "Bearer \${KEY}"}}}
  sub_agents:
    - name: clerk
      description: Counts.
      instructions: You count.
      mcp_servers: [shop]
      skill_refs: [{path: skills/counting}]
environment_refs: [{path: .env}]
`,
      ".env": `\uFEFFexport KEY='a-secret-key'\r\nSHOP_SERVER="${SHOP_SERVER}"`,
      "skills/counting/SKILL.md": "Run count.sh.\n",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
      "skills/counting/count.sh": '#!/bin/sh\necho "counted with $KEY, ${#KEY}"\n',
    });
    world.ollama.converse(({ messages }, turn) => {
      if (turn > 0) return { text: "Done." };
      const isClerk = messages[0]?.content.startsWith("You count.") === true;
      const own = [
        { name: "stock", args: { product: "apples" } },
        { name: "execute", args: { command: "bin/skills/*/count.sh" } },
      ];
      const delegated = { name: "task", args: { subagent_type: "clerk", description: "Count the apples" } };
      return { text: "", tools: isClerk ? own : [{ name: "echo", args: { text: "hi" } }, delegated] };
    });
    const args = ["run", "--agent", "agent.yaml", "--endpoint", world.client.endpoint, "Go"];
    await using program = startProgram(built, args, {}, folder.path);
    const code = await program.exited;
    const lines = program
      .output()
      .replaceAll(/\(\d+\.\d s\)/g, "(0 s)")
      .split("\n");
    expect([code, lines.slice(0, -2).toSorted()]).toEqual([
      0,
      [
        "✓ echo (0 s)",
        "▸ task: clerk — Count the apples",
        "  ✓ clerk · stock (0 s)",
        "  ✓ clerk · $ bin/skills/*/count.sh (0 s)",
        "    counted with ***, 12",
        "✓ task: clerk — Count the apples (0 s)",
        "Done.",
      ].toSorted(),
    ]);
    expect(lines.at(-2)).toContain("· 4 model calls, 40 tokens in, 40 out ·");
    const log = world.log();
    expect(log).toMatch(
      /MCP servers: 2 of 2 connected after \d+\.\d s: "shop" \(stdio, \d+\.\d s, 2 tools\), "far" \(http, \d+\.\d s, 1 tool\)/,
    );
    expect(log).toMatch(/1 skill in the sandbox after \d+\.\d s: counting [0-9a-f]{12} \(fetched\)/);
    expect(server.headers[0]?.get("authorization")).toBe("Bearer a-secret-key");
    expect(program.output() + program.errors()).not.toContain("a-secret-key");
  });
});
