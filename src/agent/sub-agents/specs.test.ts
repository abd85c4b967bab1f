import { describe, expect, test } from "bun:test";
import { tool } from "@langchain/core/tools";
import type { SubAgentDefinition } from "../../definition/index.ts";
import { promptMaker } from "../prompt/agent-prompt.ts";
import type { ServerTools } from "../servers/server-tools.ts";
import { checkSelections } from "./check-selections.ts";
import { describe as described, subAgentSpecs } from "./specs.ts";

const made = (name: string) =>
  tool(() => "", { name, description: name, schema: { type: "object" as const, properties: {} } });
const servers: ServerTools = new Map([
  ["files", ["read", "write"].map((name) => ({ name, tool: made(`files_${name}`) }))],
  ["web", [{ name: "fetch", tool: made("fetch") }]],
]);
const promptOf = promptMaker({
  root: "/work",
  variables: ["REGION"],
  skills: { of: (skills) => skills.map(({ slug }) => `### SKILL: ${slug}`).join("\n") },
  serverInstructions: [
    { name: "files", text: "Read first." },
    { name: "web", text: "Fetch first." },
  ],
  unavailable: [
    { name: "files", reason: "it ended." },
    { name: "web", reason: "it did not answer." },
  ],
});
const skill = (slug: string) => ({ scope: "organization", organization: "acme", slug, version: "" }) as const;
const reader: SubAgentDefinition = {
  name: "reader",
  description: "Reads.",
  instructions: "You read.",
  mcpServers: [{ server: "files", enabledTools: ["read"] }],
  strayToolSelections: [],
  skills: [skill("reading")],
};

/** The sub-agents with their prompts. */
function specs(...subAgents: SubAgentDefinition[]) {
  return subAgentSpecs({ subAgents, skills: [skill("leading")] }).map((spec) => ({ ...spec, prompt: promptOf(spec) }));
}

describe("a sub-agent", () => {
  test("has its instructions and skills, the sandbox, and the servers that are selected for it", () => {
    const [, spec] = specs(reader);
    expect(spec).toMatchObject({ name: "reader", description: "Reads.", servers: reader.mcpServers });
    expect(spec?.prompt).toStartWith("You read.\n\n### SKILL: reading\n\n## Notes of MCP servers\n");
    expect(spec?.prompt).toContain("/work");
    expect(spec?.prompt).toContain("REGION");
  });

  test("has no server, and is told of none, if it names none", () => {
    const [, spec] = specs({ ...reader, mcpServers: [] });
    expect(spec?.servers).toEqual([]);
    expect(spec?.prompt).not.toMatch(/MCP server/);
  });
});

test("agents are told what their own servers say, and which of them are not available", () => {
  const [general, own] = specs(reader);
  for (const name of ["files", "web"]) expect(general?.prompt).toContain(`The MCP server "${name}" is not`);
  expect(own?.prompt).toContain('The MCP server "files" is not available, so you do not have its tools: it ended.');
  expect(own?.prompt).toContain('### "files"\n> Read first.');
  expect(own?.prompt).not.toContain('"web"');
});

describe("the general-purpose sub-agent", () => {
  test("has the skills and all servers of the main agent", () => {
    const [general] = specs(reader);
    expect(general?.name).toBe("general-purpose");
    expect(general?.servers).toBeUndefined();
    expect(general?.prompt).toContain("### SKILL: leading");
  });

  test("is replaced by a sub-agent with its name", () => {
    expect(specs({ ...reader, name: "general-purpose" }).map(({ description }) => description)).toEqual(["Reads."]);
  });
});

describe("the description of a sub-agent", () => {
  test("is the first line of its instructions if it has none", () => {
    expect(described({ ...reader, description: " ", instructions: "\n# You review code.\nBe strict." })).toBe(
      "You review code.",
    );
    expect(described({ ...reader, description: "", instructions: "" })).toBe("(no description)");
  });

  test("is cut to its limit", () => {
    expect(described({ ...reader, description: "word ".repeat(1_000) }).length).toBeLessThan(1_100);
  });
});

describe("a selection of tools", () => {
  test("is refused if a connected server does not have them", () => {
    const mcpServers = [{ server: "files", enabledTools: ["read", "delete"] }];
    expect(() => checkSelections({ name: "lead", subAgents: [{ ...reader, mcpServers }] }, servers)).toThrow(
      '"reader" selects "delete" of the MCP server "files", which has "read", "write".',
    );
  });

  test("is not checked for a server that is not connected", () => {
    const mcpServers = [{ server: "gone", enabledTools: ["any"] }];
    expect(() => checkSelections({ name: "lead", subAgents: [{ ...reader, mcpServers }] }, servers)).not.toThrow();
  });
});
