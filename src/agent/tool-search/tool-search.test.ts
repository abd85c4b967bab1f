import { describe, expect, test } from "bun:test";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { BaseMessage } from "@langchain/core/messages";
import { DynamicStructuredTool, type StructuredToolInterface } from "@langchain/core/tools";
import { MemorySaver } from "@langchain/langgraph";
import type { BackendProtocolV2 } from "deepagents";
import { createAgent, createMiddleware } from "langchain";
import { catalogue } from "../../../test/support/tool-catalogue/catalogue.ts";
import { HELD_OUT_QUERIES, QUERIES } from "../../../test/support/tool-catalogue/queries.ts";
import { asMiddleware } from "../as-middleware.ts";
import { summarization } from "../conversation/summarization.ts";
import type { CallModel } from "../model/call-model.ts";
import { parseScript } from "../model/script.ts";
import { ScriptedModel } from "../model/scripted-model.ts";
import { CurrentIndex } from "./current-index.ts";
import { SEARCH_TOOL_NAME } from "./search-tool-name.ts";
import { ToolIndex } from "./tool-index.ts";
import { MAX_VISIBLE_TOOLS, toolSearch } from "./tool-search.ts";

const tools = catalogue();
const ls: StructuredToolInterface = new DynamicStructuredTool({
  name: "ls",
  description: "Lists files",
  schema: { type: "object", properties: {} },
  func: async () => "README.md",
});

/** An agent with a tool of its own and those of the catalogue; what its model sees of each turn is recorded. */
function agentWith(
  script: string,
  searchable = tools,
  outer = asMiddleware(createMiddleware({ name: "outer" })),
  contextSize = 1_000_000,
) {
  const seen: { readonly tools: string[]; readonly prompt: string }[] = [];
  const watch = createMiddleware({
    name: "watch",
    wrapModelCall: (request, handler) => {
      seen.push({ tools: request.tools.map((one) => String(one["name"])), prompt: request.systemMessage.text });
      return handler(request);
    },
    wrapToolCall: (request, handler) => handler(request),
  });
  const model: BaseChatModel = new ScriptedModel(parseScript(script, "test"), "test");
  Object.defineProperty(model, "profile", { value: { maxInputTokens: contextSize } });
  const agent = createAgent({
    model,
    tools: [ls, ...searchable.map(({ tool }) => tool)],
    systemPrompt: "You help.",
    middleware: [toolSearch({ current: async () => searchable }).around(outer), watch],
    checkpointer: new MemorySaver(),
  });
  const ask = async (text: string): Promise<BaseMessage[]> => {
    const config = { configurable: { thread_id: "t" } };
    return (await agent.invoke({ messages: [{ role: "user", content: text }] }, config)).messages;
  };
  return { seen, ask };
}

test("a model with few tools sees all of them, and no search", async () => {
  const turns = "turns: [{text: ok}]";
  const few = agentWith(turns, tools.slice(0, MAX_VISIBLE_TOOLS - 1));
  await few.ask("hi");
  expect(few.seen[0]?.tools).toHaveLength(MAX_VISIBLE_TOOLS);
  expect(few.seen[0]?.tools).not.toContain(SEARCH_TOOL_NAME);
  expect(few.seen[0]?.prompt).toBe("You help.");
  const many = agentWith(turns, tools.slice(0, MAX_VISIBLE_TOOLS));
  await many.ask("hi");
  expect(many.seen[0]?.tools).toEqual(["ls", SEARCH_TOOL_NAME]);
});

test("tools that a server adds, removes or describes anew are found as they are now", async () => {
  let now = tools.slice(0, 100);
  const index = new CurrentIndex();
  const find = async (query: string) => (await index.of(now)).search(query, 5).map(({ tool }) => tool.name);
  const [last] = tools.slice(-1);
  if (last === undefined) throw new Error("There are no tools");
  expect(await find(last.tool.name)).not.toContain(last.tool.name);
  now = [...tools.slice(0, 99), last];
  expect(await find(last.tool.name)).toEqual(expect.arrayContaining([last.tool.name]));
  const [first] = now;
  const before = first?.tool.description ?? "";
  Object.assign(first?.tool ?? {}, { description: "Measures the flux capacitor." });
  expect(await find("flux capacitor")).toContain(first?.tool.name ?? "");
  Object.assign(first?.tool ?? {}, { description: before });
});

describe("a model with many tools", () => {
  const script = `
turns:
  - tools: [{search_tools: {query: file a bug in our GitHub repository}}]
  - tools: [{github_create_issue: {owner: me, repo: app}}]
  - text: Done.
`;

  test("sees those of the agent and the search, then also those that it found, in the next messages too", async () => {
    const { seen, ask } = agentWith(script);
    const messages = await ask("There is a bug");
    const first = ["ls", SEARCH_TOOL_NAME];
    expect(seen[0]?.tools).toEqual(first);
    const found = seen[1]?.tools ?? [];
    expect(found.slice(0, 2)).toEqual(first);
    expect(found).toContain("github_create_issue");
    expect(found).toHaveLength(7);
    expect(messages.map(({ text }) => text)).toContain("github_create_issue was called");
    await ask("Another one");
    expect(seen.slice(2).every((turn) => turn.tools.slice(0, 7).join() === found.join())).toBe(true);
  });

  test("still sees what it found after the conversation was summarized, and tools that it does not see cause no summary", async () => {
    const summaries: string[] = [];
    const files = { write: async (path: string) => ({ path }), read: async () => ({ error: "none" }) };
    const callModel: CallModel = async (call) => {
      summaries.push("summary");
      const choice = { provider: "scripted", model: "test" } as const;
      const attempt = { client: new ScriptedModel(parseScript(script, "test"), "test"), choice, isFallback: false };
      return (await call({ ...attempt, isLast: false })) as Awaited<ReturnType<CallModel>>;
    };
    const model = new ScriptedModel(parseScript(script, "test"), "test");
    Object.defineProperty(model, "profile", { value: { maxInputTokens: 8_000 } });
    const outer = summarization({
      backend: files as unknown as BackendProtocolV2,
      callModel,
      activeModel: () => model,
      keepWhole: async () => undefined,
      fitPrompt: (prompt) => prompt,
    });
    const { seen, ask } = agentWith(`${script}${"  - text: Done.\n".repeat(5)}`, tools, outer, 8_000);
    await ask("There is a bug");
    expect(summaries).toEqual([]);
    const found = seen[1]?.tools ?? [];
    await ask(`Another one ${"with a long text ".repeat(3_000)}`);
    expect(summaries.length).toBeGreaterThan(0);
    expect(seen.at(-1)?.tools.slice(0, found.length)).toEqual(found);
  });

  test("is told of the others in its system prompt, and of what it found with its parameters", async () => {
    const { seen, ask } = agentWith(script);
    const messages = await ask("There is a bug");
    expect(seen[0]?.prompt).toStartWith("You help.\n\n## More tools\n");
    expect(seen[0]?.prompt).toContain(`you can use ${tools.length} more`);
    expect(seen[0]?.prompt).toContain("github (");
    const result = messages.find(({ name }) => name === SEARCH_TOOL_NAME)?.text;
    expect(result).toContain(
      "github_create_issue (server github)\nCreate a new issue in GitHub.\nParameters: owner: string (required), repo: string,",
    );
  });

  test("can call a tool that it does not see, which it sees from then on", async () => {
    const { seen, ask } = agentWith("turns: [{tools: [{slack_set_status: {id: x}}]}, {text: ok}]");
    expect((await ask("hi")).map(({ text }) => text)).toContain("slack_set_status was called");
    expect(seen[1]?.tools).toEqual(["ls", SEARCH_TOOL_NAME, "slack_set_status"]);
  });

  test("is told what to do if nothing matches", async () => {
    const { ask } = agentWith("turns: [{tools: [{search_tools: {query: xyzzy}}]}, {text: ok}]");
    expect((await ask("hi")).at(-2)?.text).toStartWith(`None of the ${tools.length} tools matches.`);
  });

  test("gets short texts, whatever the servers say", async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`parameter_${index}`, { enum: Array(100).fill("word ".repeat(50)) }]),
    );
    const hostile = Array.from({ length: 100 }, (_, index) => ({
      server: `server ${"s".repeat(1_000)} ${index}`,
      tool: new DynamicStructuredTool({
        name: `word_${index}`,
        description: "word\n\n".repeat(10_000),
        schema: { type: "object" as const, properties },
        func: async () => "",
      }),
    }));
    const { seen, ask } = agentWith(
      `turns: [{tools: [{search_tools: {query: "${"word ".repeat(5_000)}"}}]}, {text: ok}]`,
      hostile,
    );
    const messages = await ask("hi");
    expect(messages.at(-2)?.text).toContain("and 488 more");
    expect(messages.at(-2)?.text.length).toBeLessThan(12_000);
    expect(seen[0]?.prompt).toContain("and 60 more");
    expect(seen[0]?.prompt.length).toBeLessThan(4_000);
  });
});

describe("a search among over a thousand tools", () => {
  test("finds the right one among the first five for at least 90 % of the requests", async () => {
    const names = new Set(tools.map(({ tool }) => tool.name));
    expect(names.size).toBeGreaterThan(1_000);
    expect(QUERIES.length).toBeGreaterThanOrEqual(60);
    const index = await ToolIndex.build(tools);
    for (const queries of [QUERIES, HELD_OUT_QUERIES]) {
      const missed = queries.filter(([query, ...right]) => {
        expect(right.filter((name) => !names.has(name))).toEqual([]);
        return !index.search(query, 5).some(({ tool }) => right.includes(tool.name));
      });
      expect(missed.length / queries.length).toBeLessThanOrEqual(0.1);
    }
  });

  test("finds each tool first by its name", async () => {
    const index = await ToolIndex.build(tools);
    for (const { tool } of tools) expect(index.search(tool.name, 1).map((one) => one.tool.name)).toEqual([tool.name]);
  });

  test("works with schemas of any form", async () => {
    const odd = [undefined, null, [], { properties: [] }, { properties: { a: null, b: { type: ["string", "null"] } } }];
    const strange = odd.map((schema, index) => {
      const tool = new DynamicStructuredTool({
        name: `odd_${index}`,
        description: "strange",
        schema: { type: "object" as const, properties: {} },
        func: async () => "",
      });
      Object.defineProperty(tool, "schema", { value: schema });
      return { server: "odd", tool };
    });
    expect((await ToolIndex.build(strange)).search("strange", 10)).toHaveLength(odd.length);
  });
});
