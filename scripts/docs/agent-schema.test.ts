// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of variables
/** The schema for editors and the program accept the same files. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import Ajv from "ajv";
import { parse } from "yaml";
import schema from "../../docs/agent.schema.json";
import { conform } from "../../src/client/agent-file/conform.ts";
import { AGENT_SHAPE } from "../../src/client/agent-file/shapes.ts";

const root = join(import.meta.dir, "../..");
const validate = new Ajv({ strict: false }).compile(schema);

/** What the program finds wrong with the fields of a file. */
function problemsOf(value: unknown): string[] {
  const problems: string[] = [];
  conform(value, AGENT_SHAPE, [], (path, text) => problems.push(`${path.join(".")} ${text}`));
  return problems;
}

const server = (text: string) => `{metadata: {name: x}, spec: {mcp_servers: [${text}]}}`;
const subAgent = (text: string) => `{metadata: {name: x}, spec: {sub_agents: [${text}]}}`;
const spec = (text: string) => `{metadata: {name: x}, spec: {${text}}}`;
const docker = (text: string) => server(`{name: a, docker: {image: b, ${text}}}`);
const url = (text: string) => server(`{name: a, http: {url: ${JSON.stringify(text)}}}`);
const subAgentNamed = (name: string) => subAgent(`{name: ${JSON.stringify(name)}}`);
const many = (count: number, entry: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => entry(index)).join();
const refs = (text: string) => `{metadata: {name: x}, environment_refs: [${text}]}`;

const accepted: readonly string[] = [
  "{metadata: {name: x}}",
  "{metadata: {slug: x}}",
  "{metadata: {name: null, slug: x}, spec: null}",
  "{$schema: agent.schema.json, api_version: agentic.stigmer.ai/v1, kind: Agent, metadata: {name: x}}",
  "{apiVersion: agentic.stigmer.ai/v1, kind: '', metadata: {name: x}, status: {defaultInstanceId: ain-1}}",
  "{metadata: {name: x, org: acme, owner_scope: organization, labels: {a: b}, tags: [c], version: {message: d}}}",
  "{metadata: {name: x, ownerScope: 2}}",
  spec("description: d, icon_url: u, instructions: i"),
  spec("instructions:"),
  spec("env_spec: {data: {A: {value: b, is_secret: true, description: c}, B: {}}}"),
  spec("envSpec: {data: {A: {isSecret: true}}}"),
  spec("skill_refs: [{path: skills/a}, {slug: b}, {slug: c, org: acme, version: v1, kind: skill, scope: platform}]"),
  spec("skillRefs: []"),
  refs("{path: .env}, {path: .env, is_secret: false}, {slug: shared, org: acme}"),
  "{metadata: {name: x}, environmentRefs: [{path: env.yaml, isSecret: true}]}",
  server("{name: a, stdio: {command: c, args: [d], env_placeholders: {E: f}, working_dir: g}, enabled_tools: [h]}"),
  server("{name: a, http: {url: 'https://b', headers: {c: d}, query_params: {e: f}, timeout_seconds: 5}}"),
  server("{name: a, http: {url: 'https://b', timeoutSeconds: 30.0}}"),
  server("{name: a, docker: {image: b, volumes: [{host_path: /c, containerPath: /d, read_only: true}]}}"),
  server("{name: a, docker: {image: b, ports: [{host_port: 1, container_port: 65535, protocol: tcp}]}}"),
  subAgent("{name: a, description: b, instructions: c, mcp_servers: [d], skill_refs: [{path: e}]}"),
  subAgent("{name: a, mcp_tool_selections: {b: {enabled_tools: [c]}, d: {}}}"),
  ...["critic", "Ünder_score", "1", "a.b-c", "レビュー", "main-agent-tools-2", "a".repeat(64)].map(subAgentNamed),
  subAgent(many(50, (index) => `{name: s${index}}`)),
  server(many(64, (index) => `{name: s${index}, stdio: {command: c}}`)),
  ...["http://a", "HTTPS://a.example:8080/b?c=d@e#f", "https://a.example?q", "https://[::1]/", "${URL}"].map(url),
  url("https://${USER}@a.example/"),
  server("{name: a, http: {url: 'https://b', headers: {X-Key: c, \"a.b!\": d}}}"),
  ...["ghcr.io/a/b:c@sha256:d", "[::1]:5000/a", "${IMAGE}", "a${TAG}"].map((image) =>
    server(`{name: a, docker: {image: ${JSON.stringify(image)}}}`),
  ),
  ...["host", "container:abc", "${NETWORK}", "''"].map((name) => docker(`network: "${name}"`.replace(`"''"`, "''"))),
  docker("container_name: a.b_c-1"),
  docker("env_placeholders: {A_1: b, path: c}"),
  docker("volumes: [{host_path: c, container_path: '${DIR}/d'}]"),
  docker("ports: [{host_port: 0, container_port: 1}, {host_port: 65535, container_port: 2, protocol: SCTP}]"),
  docker("ports: [{container_port: 1, protocol: ''}]"),
];

const refused: readonly string[] = [
  "[]",
  "text",
  "{}",
  "{metadata: {}}",
  "{metadata: null}",
  "{metadata: {name: ''}}",
  "{metadata: {name: null}}",
  "{metadata: {name: 5}}",
  "{metadata: {name: x}, kind: Workflow}",
  "{metadata: {name: x}, kind: 5}",
  "{metadata: {name: x}, status: text}",
  "{metadata: {name: x}, other: 1}",
  "{metadata: {name: x, owner_scope: nobody}}",
  "{metadata: {name: x, owner_scope: 99}}",
  "{metadata: {name: x, owner_scope: platform, ownerScope: platform}}",
  "{metadata: {name: x, labels: {a: 1}}}",
  "{metadata: {name: x, tags: [null]}}",
  spec("instruction: typo"),
  spec("instructions: [1]"),
  spec("instructions: 5"),
  spec("env_spec: {data: {A: b}}"),
  spec("env_spec: {data: {A: {value: 8080}}}"),
  spec("env_spec: {data: {A: null}}"),
  spec("env_spec: {data: {'A=B': {value: c}}}"),
  spec("env_spec: {data: {'': {value: c}}}"),
  spec("env_spec: {}, envSpec: {}"),
  spec("skill_refs: {path: a}"),
  spec("skill_refs: [a]"),
  spec("skill_refs: [{}]"),
  spec("skill_refs: [{slug: ''}]"),
  spec("skill_refs: [{path: ''}]"),
  spec("skill_refs: [{path: null}]"),
  spec("skill_refs: [{path: a, slug: b}]"),
  spec("skill_refs: [{path: a, is_secret: true}]"),
  spec("environment_refs: [{path: a}]"),
  refs("{slug: a, is_secret: true}"),
  refs("{path: a, is_secret: 'yes'}"),
  refs("null"),
  server("{stdio: {command: a}}"),
  server("{name: a}"),
  server("{name: a, stdio: null}"),
  server("{name: a, stdio: {}}"),
  server("{name: a, stdio: {command: ''}}"),
  server("{name: a, stdio: {command: b}, http: {url: 'https://c'}}"),
  server("{name: a, http: {}}"),
  server("{name: a, http: {url: b, timeout_seconds: -1}}"),
  server("{name: a, http: {url: b, timeout_seconds: 1.5}}"),
  server("{name: a, http: {url: b, timeout_seconds: '5'}}"),
  server("{name: a, http: {url: b, timeout_seconds: 86401}}"),
  server("{name: a, docker: {volumes: []}}"),
  server("{name: a, docker: {image: b, volumes: [{host_path: /c}]}}"),
  server("{name: a, docker: {image: b, ports: [{host_port: 1}]}}"),
  server("{name: a, docker: {image: b, ports: [{container_port: 65536}]}}"),
  server("{name: a, stdio: {command: b, env: {C: d}}}"),
  subAgent("{description: b}"),
  subAgent("{name: a, mcp_servers: [1]}"),
  subAgent("{name: a, mcp_tool_selections: {b: [c]}}"),
  ...["two words", "-a", "a/b", "a\n", "main-agent-tools", "a".repeat(65)].map(subAgentNamed),
  subAgent(many(51, (index) => `{name: s${index}}`)),
  server(many(65, (index) => `{name: s${index}, stdio: {command: c}}`)),
  ...["ftp://a", "a.example", "https://", "https:///a", "https://me@a", "https://me:pw@a/b", " https://a"].map(url),
  ...["https://a\\@b", "${URL:-https://a}", "$URL"].map(url),
  server("{name: a, http: {url: 'https://b', headers: {'X Key': c}}}"),
  server("{name: a, http: {url: 'https://b', headers: {'': c}}}"),
  server("{name: ' ', stdio: {command: b}}"),
  server("{name: a, stdio: {command: ' '}}"),
  server("{name: a, stdio: {command: b, env_placeholders: {'C=D': e}}}"),
  ...["-v", "a b", "--rm", "${TAG:-a}"].map((image) => server(`{name: a, docker: {image: ${JSON.stringify(image)}}}`)),
  docker("network: --privileged"),
  docker("network: 'a b'"),
  docker("container_name: a"),
  docker("container_name: '-a'"),
  ...["PATH", "DOCKER_HOST", "LD_PRELOAD", "a-b", "UID", "1A"].map((name) => docker(`env_placeholders: {${name}: b}`)),
  docker("volumes: [{host_path: c, container_path: d}]"),
  docker("volumes: [{host_path: ' ', container_path: /d}]"),
  docker("ports: [{host_port: -1, container_port: 1}]"),
  docker("ports: [{host_port: 65536, container_port: 1}]"),
  docker("ports: [{container_port: 0}]"),
  docker("ports: [{container_port: 1, protocol: icmp}]"),
];

describe("the schema of agent files", () => {
  test.each([...accepted])("accepts what the program accepts: %s", (text) => {
    const value: unknown = parse(text);
    expect(problemsOf(value)).toEqual([]);
    expect([validate(value), validate.errors]).toEqual([true, null]);
  });

  test.each([...refused])("refuses what the program refuses: %s", (text) => {
    const value: unknown = parse(text);
    expect(problemsOf(value)).not.toEqual([]);
    expect(validate(value)).toBeFalse();
  });

  test("accepts the examples, which name it for editors", async () => {
    const files = [...new Bun.Glob("examples/*/agent.yaml").scanSync({ cwd: root })];
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      const text = await Bun.file(join(root, file)).text();
      expect([file, validate(parse(text)), validate.errors]).toEqual([file, true, null]);
      expect(text).toStartWith("# yaml-language-server: $schema=../../docs/agent.schema.json\n");
    }
  });

  test("says which fields have no effect on the agent: not that of a sub-agent's description", () => {
    const { AgentSpec, SubAgent } = schema.definitions;
    expect(AgentSpec.properties.description.description).toEndWith(". It has no effect on the agent.");
    expect(AgentSpec.patternProperties["^iconUrl$"].description).toEndWith(". It has no effect on the agent.");
    expect(SubAgent.properties.description.description).toBe("Tells the agent when to delegate to it.");
  });

  test("describes every field of the spec", () => {
    const described = schema.definitions.AgentSpec.properties;
    for (const [name, property] of Object.entries(described))
      expect([name, property.description]).toEqual([name, expect.any(String)]);
  });
});
