import { describe, expect, test } from "bun:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { toAgentDefinition } from "./agent-definition.ts";
import { AgentSchema, type AgentSpecSchema, ApiResourceOwnerScope } from "./wire.ts";

const chosen = { modelName: "gpt-4o", environment: { values: { A: "1" }, secretNames: [] } };
const define = (spec: MessageInitShape<typeof AgentSpecSchema>) =>
  toAgentDefinition(create(AgentSchema, { metadata: { name: "helper" }, spec }), chosen);
// biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the contract
const TOKEN = "${TOKEN}";
const skill = { scope: ApiResourceOwnerScope.organization, org: "acme", slug: "deploy", version: "v1" };

describe("the definition of an agent", () => {
  test("has its name, its instructions, and the model and the environment of the execution", () => {
    expect(define({ instructions: "You help." })).toEqual({
      name: "helper",
      instructions: "You help.",
      ...chosen,
      skills: [],
      mcpServers: [],
      subAgents: [],
    });
  });

  test("names its skills", () => {
    expect(define({ skillRefs: [skill, { slug: "plain" }] }).skills).toEqual([
      { scope: "organization", organization: "acme", slug: "deploy", version: "v1" },
      { scope: "unspecified", organization: "", slug: "plain", version: "" },
    ]);
  });

  test("has MCP servers of each type, and of types that are not known", () => {
    const stdio = { command: "npx", args: ["-y", "server"], envPlaceholders: { TOKEN }, workingDir: "sub" };
    const http = { url: "https://example.org/mcp", headers: { A: "b" }, queryParams: { q: "1" }, timeoutSeconds: 5 };
    const docker = { image: "mcp", volumes: [{ hostPath: "/a", containerPath: "/b", readOnly: true }] };
    const { mcpServers } = define({
      mcpServers: [
        { name: "one", serverType: { case: "stdio", value: stdio }, enabledTools: ["read"] },
        { name: "two", serverType: { case: "http", value: http } },
        { name: "three", serverType: { case: "http", value: { url: "http://localhost" } } },
        {
          name: "four",
          serverType: {
            case: "docker",
            value: { ...docker, ports: [{ hostPort: 1, containerPort: 2, protocol: "tcp" }] },
          },
        },
        { name: "five" },
      ],
    });
    expect(mcpServers).toEqual([
      {
        kind: "stdio",
        name: "one",
        enabledTools: ["read"],
        command: "npx",
        args: ["-y", "server"],
        env: { TOKEN },
        workingDirectory: "sub",
      },
      {
        kind: "http",
        name: "two",
        enabledTools: [],
        url: "https://example.org/mcp",
        headers: { A: "b" },
        query: { q: "1" },
        timeoutMs: 5_000,
      },
      {
        kind: "http",
        name: "three",
        enabledTools: [],
        url: "http://localhost",
        headers: {},
        query: {},
        timeoutMs: 30_000,
      },
      {
        kind: "docker",
        name: "four",
        enabledTools: [],
        image: "mcp",
        args: [],
        env: {},
        network: "",
        containerName: "",
        volumes: docker.volumes,
        ports: [{ host: 1, container: 2, protocol: "tcp" }],
      },
      { kind: "unknown", name: "five", enabledTools: [] },
    ]);
  });

  test("gives sub-agents servers of the agent, with the tools that were selected for them", () => {
    const { subAgents } = define({
      subAgents: [
        {
          name: "scout",
          description: "Looks around.",
          instructions: "You look.",
          skillRefs: [skill],
          mcpServers: ["one", "two", "constructor"],
          mcpToolSelections: { one: { enabledTools: ["read"] }, four: { enabledTools: ["write"] } },
        },
      ],
    });
    expect(subAgents).toEqual([
      {
        name: "scout",
        description: "Looks around.",
        instructions: "You look.",
        mcpServers: [
          { server: "one", enabledTools: ["read"] },
          { server: "two", enabledTools: [] },
          { server: "constructor", enabledTools: [] },
        ],
        strayToolSelections: ["four"],
        skills: [{ scope: "organization", organization: "acme", slug: "deploy", version: "v1" }],
      },
    ]);
  });
});
