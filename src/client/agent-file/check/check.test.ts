import { describe, expect, test } from "bun:test";
import { type DaemonServices, openDaemonServices } from "../../../../test/support/daemon-services.ts";
import { type FileTree, fileTree } from "../../../../test/support/file-tree.ts";
import { EnvironmentCommandController, StigmerClient } from "../../../stigmer/index.ts";
import { checkAgentFile } from "./check.ts";
import type { FindCommand } from "./check-servers.ts";
import type { CheckReport } from "./report.ts";
import { reportLines } from "./report-lines.ts";

const nobody = () => new StigmerClient({ endpoint: "127.0.0.1:1", tls: false, apiKey: () => "" });

/** The programs of a machine. */
const which: FindCommand = (command, path = "/usr/bin") =>
  path === "/usr/bin" && ["python3", "docker", "/bin/sh"].includes(command) ? command : undefined;

async function check(
  files: FileTree,
  client = nobody,
  given: readonly string[] = [],
  find = which,
): Promise<CheckReport> {
  await using folder = await fileTree(files);
  const report = await checkAgentFile(folder.file("agent.yaml"), {
    signal: new AbortController().signal,
    client,
    model: undefined,
    given: new Map(given.map((name) => [name, { source: "--env", isSecret: false }])),
    which: find,
  });
  return JSON.parse(JSON.stringify(report).replaceAll(`${folder.path}/`, ""));
}

const FILES: FileTree = {
  "agent.yaml": `metadata: {name: writer, org: acme}
spec:
  instructions: Write.
  skill_refs: [{path: skills/changelog}]
  env_spec: {data: {REGION: {value: eu-west-value}, TOKEN: {is_secret: true}}}
  mcp_servers:
    - name: notes
      stdio: {command: python3, args: [server.py, "--token=\${TOKEN}"], env_placeholders: {DIR: "\${DIR}"}}
      enabled_tools: [add, list]
    - name: web
      http: {url: "https://user:url-password@example.com/\${REGION}?key=url-key", headers: {X-Key: header-key}}
    - {name: box, docker: {image: "ghcr.io/x/y", network: host, volumes: [{host_path: /srv, container_path: /srv, read_only: true}]}}
  sub_agents:
    - name: critic
      description: Reviews texts.
      instructions: Be strict.
      mcp_servers: [notes, web]
      mcp_tool_selections: {notes: {enabled_tools: [list]}}
      skill_refs: [{path: skills/changelog}]
environment_refs: [{path: .env}, {path: env.yaml}]
`,
  ".env": "TOKEN=token-value\n",
  "env.yaml": "spec: {data: {DIR: {value: dir-value}}}\n",
  "skills/changelog/SKILL.md": "Write a changelog.\n",
  "skills/changelog/scripts/log.sh": "#!/bin/sh\ngit log\n",
  "skills/changelog/.git/HEAD": "x",
};

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of the file
describe("checking an agent file", () => {
  test("says what each part leads to, without a server and without any value", async () => {
    const report = await check(FILES);
    expect(reportLines(report)).toEqual([
      "Agent writer of acme (agent.yaml)",
      "├─ model: the runner's default; choose another with --model",
      "├─ instructions: 6 characters",
      "├─ skills",
      "│  └─ changelog: skills/changelog, 2 files, 37 bytes, packed 291 bytes",
      expect.stringMatching(/^│ {5}├─ version [0-9a-f]{64}$/),
      "│     ├─ executable: scripts/log.sh",
      "│     └─ left out: .git/",
      "├─ environments",
      "│  ├─ .env: from a file, 1 variable",
      "│  └─ env.yaml: from a file, 1 variable",
      "├─ variables",
      "│  ├─ REGION: from env_spec",
      "│  ├─ TOKEN: secret, from .env",
      "│  └─ DIR: from env.yaml",
      "├─ MCP servers",
      "│  ├─ notes: stdio python3, 2 arguments",
      "│  │  ├─ tools: add, list",
      "│  │  ├─ ${TOKEN}: secret, from .env",
      "│  │  └─ ${DIR}: from env.yaml",
      "│  ├─ web: http https://***@example.com/${REGION}?***, headers X-Key",
      "│  │  ├─ tools: all",
      "│  │  └─ ${REGION}: from env_spec",
      "│  └─ box: docker ghcr.io/x/y, network host, mounts /srv, read-only",
      "│     └─ tools: all",
      "└─ sub-agents",
      "   └─ critic: Reviews texts.",
      "      ├─ MCP server notes: list",
      "      ├─ MCP server web: all",
      "      └─ skill changelog: skills/changelog",
      "not checked: whether the MCP servers start, and which tools they have: nothing is started",
      "The file is valid.",
    ]);
    expect(JSON.stringify(report)).not.toMatch(/token-value|dir-value|eu-west-value|url-password|url-key|header-key/);
  });

  test("finds variables that nothing declares, and warns of those without a value", async () => {
    const files = {
      "agent.yaml": `metadata: {name: x}
spec:
  instructions: Write.
  env_spec: {data: {KEY: {}, GIVEN: {}}}
  mcp_servers: [{name: a, http: {url: "https://\${HOST}/", query_params: {k: "\${KEY}"}}}]
`,
    };
    const report = await check(files, nobody, ["GIVEN"]);
    expect(report.valid).toBeFalse();
    expect(report.problems).toEqual([
      expect.stringContaining(
        'agent.yaml:5:34: spec.mcp_servers[0].http.url needs the variable "HOST", which nothing declares',
      ),
    ]);
    expect(report.warnings).toEqual([
      expect.stringContaining("spec.env_spec.data.KEY has no value: give it with --env"),
    ]);
    expect((await check(files, nobody, ["GIVEN", "KEY", "HOST"])).problems).toEqual([]);
  });

  test("warns of secrets without a value, and of names that commands cannot have", async () => {
    const report = await check({
      "agent.yaml": "{metadata: {name: x}, spec: {instructions: i}, environment_refs: [{path: .env}]}",
      ".env": "EMPTY=\nA.B=c\n",
    });
    expect(report.variables).toEqual([
      { name: "EMPTY", secret: true },
      { name: "A.B", secret: true, source: ".env" },
    ] as typeof report.variables);
    expect(report.warnings.map((warning) => warning.replace(/^\S+ /, ""))).toEqual([
      expect.stringContaining('the file has a variable "A.B" that commands do not get'),
      expect.stringContaining("spec.env_spec.data.EMPTY has no value"),
    ]);
  });

  test("names what is given and has no effect on the agent, in one line", async () => {
    const report = await check({
      "agent.yaml": `metadata: {name: x, labels: {a: b}, tags: []}
spec:
  description: Writes.
  iconUrl: https://example.com/x.png
  instructions: Write.
  skill_refs: [{slug: a, kind: skill}, {slug: b, kind: skill}]
  env_spec: {description: Its variables., data: {A: {value: b, description: c}}}
  sub_agents: [{name: s, description: Helps., instructions: Help.}]
status: {defaultInstanceId: ain-1}
`,
    });
    expect([report.valid, report.warnings]).toEqual([true, []]);
    expect(reportLines(report)).toContain(
      "no effect on the agent: metadata.labels, spec.description, spec.icon_url, spec.skill_refs.*.kind, spec.env_spec.description, status",
    );
    const plain = await check({ "agent.yaml": "{metadata: {name: x}, spec: {description: '', instructions: i}}" });
    expect(reportLines(plain).join("\n")).not.toContain("no effect");
  });

  test("warns of what an agent lacks", async () => {
    const report = await check({ "agent.yaml": "{metadata: {name: x}, spec: {sub_agents: [{name: b}]}}" });
    expect(report.valid).toBeTrue();
    expect(report.warnings.map((warning) => warning.replace(/^\S+ /, ""))).toEqual([
      "spec.instructions is empty: the agent is not told what it is for",
      "spec.sub_agents[0] has no description: the agent reads there what to delegate to it",
      "spec.sub_agents[0] has no instructions",
    ]);
  });

  test("warns of programs of MCP servers that this machine lacks, and says what to do", async () => {
    const report = await check({
      "agent.yaml": `metadata: {name: x}
spec:
  instructions: i
  env_spec: {data: {BIN: {value: /opt}}}
  mcp_servers:
    - {name: a, stdio: {command: nonsuch}}
    - {name: b, stdio: {command: /opt/nonsuch}}
    - {name: c, stdio: {command: python3, env_placeholders: {PATH: /opt/bin}}}
    - {name: d, stdio: {command: ./server.sh}}
    - {name: e, stdio: {command: "\${BIN}/server"}}
    - {name: f, stdio: {command: server, env_placeholders: {PATH: "\${BIN}/bin"}}}
    - {name: g, stdio: {command: /bin/sh}}
    - {name: h, docker: {image: mcp/fetch}}
`,
    });
    const advice = "install it where the agent's sandbox is. Without it, the agent works without this server";
    expect(report.valid).toBeTrue();
    expect(report.warnings).toEqual([
      `agent.yaml:6:25: spec.mcp_servers[0].stdio.command is "nonsuch", which is not on the PATH of this machine: give its path, or ${advice}`,
      `agent.yaml:7:25: spec.mcp_servers[1].stdio.command is "/opt/nonsuch", which is no program of this machine: correct the path, or ${advice}`,
      `agent.yaml:8:25: spec.mcp_servers[2].stdio.command is "python3", which is not on the PATH of this machine: give its path, or ${advice}`,
    ]);
  });

  test("warns of containers if this machine lacks docker", async () => {
    const files = { "agent.yaml": "{metadata: {name: x}, spec: {mcp_servers: [{name: a, docker: {image: i}}]}}" };
    const { warnings } = await check(files, nobody, [], () => undefined);
    expect(warnings).toContainEqual(expect.stringContaining("spec.mcp_servers[0].docker needs the program docker,"));
  });
});

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of the file

describe("what only a server knows", () => {
  const files = {
    "agent.yaml": `metadata: {name: x}
spec:
  instructions: Write.
  skill_refs: [{slug: missing}]
  mcp_servers: [{name: a, http: {url: "https://\${HOST}/"}}]
environment_refs: [{slug: shared}, {slug: gone}]
`,
  };

  test("is not checked without one, which is said", async () => {
    const report = await check(files);
    expect([report.valid, report.problems]).toEqual([true, []]);
    expect(report.unchecked.at(-1)).toMatch(
      /^what the server has \(skill missing, environment shared, environment gone\): .*refused/,
    );
    expect(report.warnings).toEqual([
      expect.stringContaining('"HOST", which only an environment of the server can have'),
    ]);
    expect(reportLines(report)).toContain("│  ├─ shared: from the server, not checked");
  });

  test("is checked with one", async () => {
    await using server = await openDaemonServices();
    await applyShared(server);
    const report = await check(files, () => server.client);
    expect(report.problems.map((problem) => problem.replace(/^\S+ /, ""))).toEqual([
      "spec.skill_refs[0] names a skill that the server does not have: push it, or name a folder with `path`",
      "environment_refs[1] names an environment that the server does not have",
    ]);
    expect(report.variables).toEqual([{ name: "HOST", secret: true, source: "shared" }]);
    expect(JSON.stringify(report)).not.toContain("shared-value");
  });
});

async function applyShared({ client }: DaemonServices): Promise<void> {
  const data = { HOST: { value: "shared-value", isSecret: true } };
  await client.call(EnvironmentCommandController.method.apply, { metadata: { name: "shared" }, spec: { data } });
}
