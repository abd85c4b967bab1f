import { describe, expect, test } from "bun:test";
import type { McpServer, SubAgentDefinition } from "../../definition/index.ts";
import { MAX_SUB_AGENTS } from "../../shared/agent-limits.ts";
import { checkSubAgents } from "./check-definition.ts";

const subAgent = (name: string, more: Partial<SubAgentDefinition> = {}): SubAgentDefinition => ({
  name,
  description: "",
  instructions: "",
  mcpServers: [],
  strayToolSelections: [],
  skills: [],
  ...more,
});
const server = (name: string, enabledTools: readonly string[] = []): McpServer => ({
  kind: "unknown",
  name,
  enabledTools,
});

/** What is wrong with an agent's sub-agents. */
function problem(subAgents: readonly SubAgentDefinition[], mcpServers: readonly McpServer[] = []): string {
  try {
    checkSubAgents({ name: "lead", subAgents, mcpServers });
    return "";
  } catch (error) {
    expect(error).toMatchObject({ name: "AgentError", code: "definition" });
    return Error.isError(error) ? error.message : "";
  }
}

describe("the name of a sub-agent", () => {
  test("may have letters of any language, digits, and some signs", () => {
    for (const name of ["reviewer", "Reviewer_2", "général", "評者", "v1.2-test", "general-purpose", "x".repeat(64)])
      expect(problem([subAgent(name)])).toBe("");
  });

  test("is required", () => {
    expect(problem([subAgent("a"), subAgent("")])).toContain("Sub-agent 2 has no name.");
  });

  test("is refused if models cannot use it, with a suggestion", () => {
    for (const [name, suggestion] of [
      ["Code Reviewer", "Code-Reviewer"],
      ["a<b>", "a-b"],
      ["-x", "x"],
      ["x".repeat(65), "x".repeat(64)],
    ] as const)
      expect(problem([subAgent(name)])).toContain(`Call it "${suggestion}", for example.`);
    expect(problem([subAgent("…")])).toContain('Models cannot use the name "…"');
    expect(problem([subAgent("a\u001b[2J")])).not.toContain("\u001b");
  });

  test("is unique, and is not that of the main agent's group", () => {
    expect(problem([subAgent("a"), subAgent("a"), subAgent("a")])).toContain('Several sub-agents are named "a"');
    expect(problem([subAgent("main-agent-tools")])).toContain("is reserved");
  });
});

describe("the MCP servers of a sub-agent", () => {
  test("are servers of the agent, with tools that it may use", () => {
    const mcpServers = [
      { server: "one", enabledTools: ["read"] },
      { server: "two", enabledTools: ["any"] },
    ];
    expect(problem([subAgent("a", { mcpServers })], [server("one", ["read", "write"]), server("two")])).toBe("");
  });

  test("are refused if the agent does not have them", () => {
    const mcpServers = [{ server: "three", enabledTools: [] }];
    expect(problem([subAgent("a", { mcpServers })], [server("one"), server("two")])).toContain(
      '"a" uses the MCP server "three", which the agent does not have (it has "one", "two").',
    );
    expect(problem([subAgent("a", { mcpServers })])).toContain("(it has none)");
  });

  test("are refused with a selection of tools that the agent itself may not use", () => {
    const mcpServers = [{ server: "one", enabledTools: ["read", "write"] }];
    expect(problem([subAgent("a", { mcpServers })], [server("one", ["read"])])).toContain(
      '"a" selects "write" of the MCP server "one", but the agent itself may only use "read".',
    );
  });

  test("are refused with a selection for a server that is not among them", () => {
    expect(problem([subAgent("a", { strayToolSelections: ["one"] })], [server("one")])).toContain(
      '"a" selects tools of the MCP server "one", which is not among its own servers',
    );
  });
});

test("all problems are named at once", () => {
  const mcpServers = [{ server: "x", enabledTools: [] }];
  const text = problem([subAgent(""), subAgent("a b", { mcpServers })]);
  for (const part of ["no name", '"a b"', '"x"']) expect(text).toContain(part);
});

test("an agent cannot have more sub-agents than the limit", () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => subAgent(`a${index}`));
  expect(problem(many(MAX_SUB_AGENTS))).toBe("");
  expect(problem(many(MAX_SUB_AGENTS + 1))).toContain(`at most ${MAX_SUB_AGENTS}`);
});
