import { describe, expect, test } from "bun:test";
import { type FileTree, fileTree } from "../../../test/support/file-tree.ts";
import { inspectAgentFile } from "./load.ts";
import { AgentFileError, problemLines } from "./problem.ts";

const never = new AbortController().signal;

/** The problems of `agent.yaml`, without the folder. */
async function problems(text: string, files: FileTree = {}): Promise<string[]> {
  await using folder = await fileTree({ "agent.yaml": text, ...files });
  const found = await inspectAgentFile(folder.file("agent.yaml"), never).catch((error: unknown) => {
    if (error instanceof AgentFileError) return error;
    throw error;
  });
  return problemLines(found.problems).map((line) => line.replaceAll(`${folder.path}/`, ""));
}

const SKILL = "---\nname: x\n---\ntext\n";

describe("all problems of an agent file are told at once", () => {
  test("with line, column and the name that was meant", async () => {
    const text = `metadata: {name: x, orgg: acme}
spec:
  instruction: typo
  mcp_servers:
    - name: a
      stdoi: {command: b}
  env_spec:
    data:
      PORT: {value: 8080}
something: else
`;
    expect(await problems(text)).toEqual([
      "agent.yaml:1:21: metadata.orgg is unknown: did you mean org?",
      "agent.yaml:3:3: spec.instruction is unknown: did you mean instructions?",
      "agent.yaml:5:7: spec.mcp_servers[0] must have exactly one of stdio, http, docker",
      "agent.yaml:6:7: spec.mcp_servers[0].stdoi is unknown: did you mean stdio?",
      "agent.yaml:9:14: spec.env_spec.data.PORT.value must be a text (put it in quotes), not a number",
      "agent.yaml:10:1: something is unknown: Agent has api_version, kind, metadata, spec, status, $schema, environment_refs",
    ]);
  });

  test("of YAML, without a line of the file, which may have a secret", async () => {
    const found = await problems(`metadata: {name: x}\nspec:\n  env_spec: {data: {A: {value: "s3cret}}}\n`);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join()).toMatch(/^agent\.yaml:\d+:\d+: it is not YAML: /);
    expect(found.join()).not.toContain("s3cret");
  });

  test.each([
    [
      "a key that is there twice",
      "metadata: {name: x}\nmetadata: {name: y}\n",
      "2:1: it is not YAML: this key is here twice",
    ],
    ["two documents", "metadata: {name: x}\n---\nmetadata: {name: y}\n", "has more than one document"],
    ["anchors that stand for gigabytes", bomb(), "cannot be read"],
  ])("of a file with %s", async (_, text, problem) => {
    expect((await problems(text)).join()).toContain(problem);
  });

  test("with the place where a field belongs, and with what a newcomer may have meant", async () => {
    const text = `name: x
instructions: help
spec:
  skills: [a]
  skill_refs: [skills/a]
  environment_refs: [{path: .env}]
  mcp_servers: [{name: a, type: stdio, stdio: {command: b}}]
  sub_agents: [{name: two words}, {name: main-agent-tools}]
`;
    expect(await problems(text)).toEqual([
      "agent.yaml:1:1: name is unknown here: write metadata.name",
      "agent.yaml:1:1: metadata is missing: set metadata.name",
      "agent.yaml:2:1: instructions is unknown here: write spec.instructions",
      "agent.yaml:4:3: spec.skills is unknown here: write spec.skill_refs",
      "agent.yaml:5:16: spec.skill_refs[0] must be an object such as {path: …} or {slug: …}, not a text",
      "agent.yaml:6:3: spec.environment_refs is unknown here: write environment_refs, beside spec",
      "agent.yaml:7:27: spec.mcp_servers[0].type is unknown: McpServerDefinition has name, stdio, http, docker, enabled_tools",
      'agent.yaml:8:17: spec.sub_agents[0].name cannot be used by models: a name has up to 64 letters, digits, "_", "-" and ".", and begins with a letter, a digit or "_"; call it two-words, for example',
      "agent.yaml:8:36: spec.sub_agents[1].name is reserved: choose another one",
    ]);
  });

  test("with the form of lists that other programs have as objects", async () => {
    const text = "metadata: {name: x}\nspec: {mcpServers: {shop: {command: python3}}, skillRefs: skills/a}\n";
    expect(await problems(text)).toEqual([
      "agent.yaml:2:8: spec.mcpServers must be a list such as [{name: …}], not an object",
      "agent.yaml:2:48: spec.skillRefs must be a list such as [{path: …}], not a text",
    ]);
  });

  test("between servers and sub-agents", async () => {
    const text = `metadata: {name: x}
spec:
  mcp_servers:
    - {name: a, stdio: {command: b}, enabledTools: [read]}
    - {name: b, http: {url: "ftp://b"}}
    - {name: b, http: {url: "https://b"}}
  subAgents:
    - {name: s, mcpServers: [a, c], mcpToolSelections: {a: {enabled_tools: [write]}, d: {}}}
    - {name: s}
`;
    expect(await problems(text)).toEqual([
      "agent.yaml:5:24: spec.mcp_servers[1].http.url must be a URL that begins with http:// or https://",
      "agent.yaml:6:8: spec.mcp_servers[2].name is the name of another server too",
      'agent.yaml:8:33: spec.sub_agents[0].mcp_servers[1] is "c", a server that the agent does not have: it has a, b',
      'agent.yaml:8:77: spec.sub_agents[0].mcp_tool_selections.a.enabled_tools[0] is "write", which is not among the enabled_tools of the agent\'s server: it has read',
      "agent.yaml:8:86: spec.sub_agents[0].mcp_tool_selections.d selects tools of a server that is not in the sub-agent's mcp_servers: it has a, c",
      "agent.yaml:9:8: spec.sub_agents[1].name is the name of another sub-agent too",
    ]);
  });

  test("of MCP servers that would fail the first execution", async () => {
    const text = `metadata: {name: x}
spec:
  mcp_servers:
    - {name: a, http: {url: "https://me:s3cret@a.example"}}
    - {name: b, docker: {image: "-v", network: "host --privileged", container_name: "*"}}
    - {name: c, docker: {image: i, volumes: [{host_path: d, container_path: d}], ports: [{host_port: 65536, container_port: 0, protocol: icmp}]}}
    - {name: d, docker: {image: "\${I}", network: "\${N}", volumes: [{host_path: d, container_path: "\${P}"}]}}
    - {name: e, docker: {image: "\${I:-mcp}", env_placeholders: {PATH: /bin}, ports: [{container_port: 1.5}]}}
    - {name: f, http: {url: "https://e.example:99999", headers: {"X Key": v, X-Key: "\${K}", X-Line: "a\\n\${K}"}}}
    - {name: " ", stdio: {command: " ", env_placeholders: {A=B: c}}}
    - {name: g, stdio: {command: "a\\0", args: [b, "c\\0"]}}
`;
    expect(await problems(text)).toEqual([
      "agent.yaml:4:24: spec.mcp_servers[0].http.url contains a user name or a password: send them in the header Authorization",
      "agent.yaml:5:26: spec.mcp_servers[1].docker.image is no name of an image: write a name such as mcp/fetch:latest",
      "agent.yaml:5:39: spec.mcp_servers[1].docker.network is no name of a network of Docker",
      "agent.yaml:5:69: spec.mcp_servers[1].docker.container_name is no name of a container: use letters, digits, '_', '.' and '-'",
      "agent.yaml:6:61: spec.mcp_servers[2].docker.volumes[0].container_path is no absolute path: write one that begins with /",
      "agent.yaml:6:91: spec.mcp_servers[2].docker.ports[0].host_port must be a whole number from 0 to 65535, not a larger one",
      "agent.yaml:6:109: spec.mcp_servers[2].docker.ports[0].container_port must be a whole number from 1 to 65535, not a smaller one",
      "agent.yaml:6:128: spec.mcp_servers[2].docker.ports[0].protocol must be tcp, udp or sctp",
      "agent.yaml:8:26: spec.mcp_servers[4].docker.image is no name of an image: write a name such as mcp/fetch:latest",
      "agent.yaml:8:65: spec.mcp_servers[4].docker.env_placeholders.PATH has a name that a variable of a container cannot have: use letters, digits and underscores. PATH, DOCKER_* and LD_* are read by the docker client itself",
      "agent.yaml:8:87: spec.mcp_servers[4].docker.ports[0].container_port must be a whole number from 1 to 65535, not a number with a fraction",
      "agent.yaml:9:24: spec.mcp_servers[5].http.url is no valid URL: check its host and its port",
      'agent.yaml:9:66: spec.mcp_servers[5].http.headers."X Key" has a name that no HTTP header can have: use letters, digits and hyphens',
      "agent.yaml:9:93: spec.mcp_servers[5].http.headers.X-Line is no value of an HTTP header: remove line ends and characters beyond Latin-1",
      "agent.yaml:10:8: spec.mcp_servers[6].name is blank",
      "agent.yaml:10:27: spec.mcp_servers[6].stdio.command is blank",
      'agent.yaml:10:60: spec.mcp_servers[6].stdio.env_placeholders."A=B" has a name that no environment variable can have',
      "agent.yaml:11:25: spec.mcp_servers[7].stdio.command contains a NUL character: remove it",
      "agent.yaml:11:51: spec.mcp_servers[7].stdio.args[1] contains a NUL character: remove it",
    ]);
  });

  test("of skills and environments", async () => {
    const text = `metadata: {name: x}
spec:
  skill_refs:
    - path: none
    - path: one
    - path: two
environment_refs:
  - path: none.env
  - path: lines.env
  - {path: env.yaml, is_secret: true}
  - {path: same.env}
  - {path: ./same.env}
`;
    const files = {
      "one/SKILL.md": SKILL,
      "two/SKILL.md": SKILL,
      "lines.env": 'A=1\nnonsense s3cret\nB="open\n',
      "env.yaml": "metadata: {name: y}\nspec: {data: {A: {value: 5}}}\n",
      "same.env": "A=1\n",
    };
    expect(await problems(text, files)).toEqual([
      "agent.yaml:4:7: spec.skill_refs[0].path leads to a folder that cannot be used: it does not exist",
      "agent.yaml:6:7: spec.skill_refs[2].path leads to a skill with the name x, as another path does: rename one",
      expect.stringMatching(
        /^agent\.yaml:8:5: environment_refs\[0\]\.path leads to none\.env, but the file cannot be read: it does not exist$/,
      ),
      expect.stringMatching(
        /^agent\.yaml:12:5: environment_refs\[4\] has the name x-same-env-[0-9a-f]{8}, as another one does: rename one$/,
      ),
      "env.yaml:1:1: the file says of each value whether it is a secret: remove is_secret beside its path",
      "env.yaml:2:19: spec.data.A.value must be a text (put it in quotes), not a number",
      "lines.env:2: the line is not of the form NAME=value and has no effect",
      "lines.env:3: the line opens a quote that is never closed: the quote becomes part of the value",
    ]);
  });
});

test("a skill must not take the agent file or its environments with it", async () => {
  const text =
    "metadata: {name: x}\nspec: {skill_refs: [{path: .}, {path: one}]}\nenvironment_refs: [{path: one/keys}]\n";
  const files = { "SKILL.md": "---\nname: all\n---\n", "one/SKILL.md": SKILL, "one/keys": "A=1\n" };
  expect(await problems(text, files)).toEqual([
    "agent.yaml:2:22: spec.skill_refs[0].path leads to a folder with agent.yaml in it, which would be pushed with the skill: move the skill into a folder of its own",
    "agent.yaml:2:22: spec.skill_refs[0].path leads to a folder with one/keys in it, which would be pushed with the skill: move the skill into a folder of its own",
    "agent.yaml:2:33: spec.skill_refs[1].path leads to a folder with one/keys in it, which would be pushed with the skill: move the skill into a folder of its own",
  ]);
});

test("a text with half a character is refused instead of failing later", async () => {
  expect(await problems('metadata: {name: "\\uD800"}\n')).toEqual([
    expect.stringContaining("metadata.name must be a text of whole characters"),
  ]);
});

function bomb(): string {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0 ? "a0: &a0 [x, x]" : `a${level}: &a${level} [*a${level - 1}, *a${level - 1}, *a${level - 1}]`,
  );
  return `${levels.join("\n")}\nmetadata: {name: *a11}\n`;
}
