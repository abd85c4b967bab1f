/**
 * Measures the search for tools: what 1,000 tools cost in the prompt, how often the right one is found, and how long it
 * takes. A token is counted as four characters of the JSON that a provider gets. `bun run bench:tools`
 */
import type { StructuredToolInterface } from "@langchain/core/tools";
import { convertToOpenAITool } from "@langchain/core/utils/function_calling";
import { type AgentMiddleware, createMiddleware } from "langchain";
import { type SearchableTool, toolSearch } from "../src/agent/tool-search/index.ts";
import { foundText, moreToolsPrompt } from "../src/agent/tool-search/search-text.ts";
import { ToolIndex } from "../src/agent/tool-search/tool-index.ts";
import { catalogue } from "../test/support/tool-catalogue/catalogue.ts";
import { HELD_OUT_QUERIES, QUERIES } from "../test/support/tool-catalogue/queries.ts";

const CHARACTERS_PER_TOKEN = 4;
const RESULTS = 5;

const tokens = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);
const definitions = (tools: readonly StructuredToolInterface[]) =>
  tokens(JSON.stringify(tools.map((one) => convertToOpenAITool(one))));
const print = (label: string, value: string) => console.log(`${label.padEnd(58)} ${value}`);

const all = catalogue();
const thousand = all.slice(0, 1_000);
const plain = createMiddleware({ name: "plain" }) as AgentMiddleware;
const search = toolSearch({ current: async () => thousand }).around(plain);
const searchTools = (search.tools ?? []) as readonly StructuredToolInterface[];
const prompt = tokens(moreToolsPrompt(thousand, "search_tools"));
const index = await ToolIndex.build(thousand);
const found = index.search("file a bug in our GitHub repository", RESULTS);

print("1,000 tools, all definitions in the prompt", `${definitions(thousand.map(({ tool }) => tool))} tokens`);
print("1,000 tools, with search: first turn", `${definitions(searchTools) + prompt} tokens`);
print("each search: its result", `${tokens(foundText(found, 1_000))} tokens`);
print("each search: the definitions that it adds", `${definitions(found.map(({ tool }) => tool))} tokens`);

const whole = await ToolIndex.build(all);
const share = (queries: typeof QUERIES, limit: number) => {
  const hits = queries.filter(([query, ...right]) =>
    whole.search(query, limit).some(({ tool }) => right.includes(tool.name)),
  );
  return `${((100 * hits.length) / queries.length).toFixed(1)} % of ${queries.length}`;
};
for (const limit of [1, RESULTS]) {
  print(`${all.length} tools: right tool among the first ${limit}`, share(QUERIES, limit));
  print("  requests that nothing was tuned with", share(HELD_OUT_QUERIES, limit));
}

for (const count of [1_000, 10_000]) {
  const many: SearchableTool[] = Array.from({ length: count }, (_, at) => all[at % all.length]).filter(
    (one) => one !== undefined,
  );
  const begin = performance.now();
  let longestPause = 0;
  let last = begin;
  const watch = setInterval(() => {
    const now = performance.now();
    longestPause = Math.max(longestPause, now - last);
    last = now;
  }, 1);
  const built = await ToolIndex.build(many);
  clearInterval(watch);
  print(
    `${count} tools: building the index`,
    `${Math.round(performance.now() - begin)} ms, longest pause ${Math.round(longestPause)} ms`,
  );
  const times = QUERIES.map(([query]) => {
    const start = performance.now();
    built.search(query, RESULTS);
    return performance.now() - start;
  }).sort((one, other) => one - other);
  print(
    `${count} tools: one search`,
    `median ${times[times.length >> 1]?.toFixed(1)} ms, longest ${times.at(-1)?.toFixed(1)} ms`,
  );
}
