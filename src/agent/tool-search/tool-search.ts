import { ToolMessage } from "@langchain/core/messages";
import { type DynamicStructuredTool, tool } from "@langchain/core/tools";
import type { AgentMiddleware, createMiddleware } from "langchain";
import { asMiddleware } from "../as-middleware.ts";
import { foundNote, foundTools } from "./found-tools.ts";
import { foundText, moreToolsPrompt } from "./search-text.ts";
import type { SearchableTool } from "./searchable-tool.ts";

/** Up to this many tools in all, those of the runner included, the model gets the definition of each. */
export const MAX_VISIBLE_TOOLS = 64;
/** Tools that one search finds. */
const RESULTS = 5;
/** Characters of a request that are searched for. */
const QUERY_LIMIT = 500;
/** The tool that searches. Tools of servers must not have its name. */
export const SEARCH_TOOL_NAME = "search_tools";

type Hooks = Parameters<typeof createMiddleware>[0];
type WrapModelCall = NonNullable<Hooks["wrapModelCall"]>;
type ModelRequest = Parameters<WrapModelCall>[0];

/** Lets a model find its tools instead of seeing them all. */
export interface ToolSearch {
  /** The names of the tools that the model may call without seeing their definitions. */
  readonly hidden: readonly string[];
  /**
   * The same middleware, with the tool that searches. It and those inside of it see as many tools as the model: so what
   * counts the size of a prompt, such as the summarization, has to be it or inside of it.
   */
  around(middleware: AgentMiddleware): AgentMiddleware;
}

interface ToolSearchOptions {
  /** Registered with the agent, as all its tools. */
  readonly searchable: readonly SearchableTool[];
  /** How many tools the agent has besides. */
  readonly others: number;
}

/** @returns `undefined` if the model can see all tools */
export function toolSearch({ searchable, others }: ToolSearchOptions): ToolSearch | undefined {
  if (searchable.length + others <= MAX_VISIBLE_TOOLS) return undefined;
  const byName = new Map(searchable.map((one) => [one.tool.name, one]));
  const searchTool = searchToolFor(searchable);
  const prompt = moreToolsPrompt(searchable, SEARCH_TOOL_NAME);
  const narrowed = (request: ModelRequest): ModelRequest => {
    const isHidden = ({ name }: { readonly name?: unknown }) => typeof name === "string" && byName.has(name);
    const registered = new Map<unknown, ModelRequest["tools"][number]>(request.tools.map((one) => [one["name"], one]));
    const found = foundTools(request.state.messages, (name) => byName.has(name));
    const tools: ModelRequest["tools"] = request.tools.filter((one) => !isHidden(one));
    for (const name of found) tools.push(...[registered.get(name) ?? []].flat());
    return {
      ...request,
      tools,
      systemMessage: request.systemMessage.concat(`\n\n${prompt}`),
    };
  };
  return {
    hidden: [...byName.keys()],
    around: (middleware) => {
      const wrapped = middleware.wrapModelCall as WrapModelCall | undefined;
      const wrapModelCall: WrapModelCall = async (request, handler) =>
        wrapped === undefined ? await handler(narrowed(request)) : await wrapped(narrowed(request), handler);
      const withSearch = { ...middleware, tools: [...(middleware.tools ?? []), searchTool], wrapModelCall };
      return asMiddleware(withSearch);
    },
  };
}

function searchToolFor(searchable: readonly SearchableTool[]): DynamicStructuredTool {
  /** Made with the first search. */
  let index: Promise<import("./tool-index.ts").ToolIndex> | undefined;
  const search = async (query: string) => {
    index ??= import("./tool-index.ts").then(({ ToolIndex }) => ToolIndex.build(searchable));
    return (await index).search(query.slice(0, QUERY_LIMIT), RESULTS);
  };
  return tool(
    async ({ query }: { query: string }, { toolCall }: { toolCall?: { id?: string } }) => {
      const found = await search(query);
      return new ToolMessage({
        content: foundText(found, searchable.length),
        tool_call_id: toolCall?.id ?? "",
        name: SEARCH_TOOL_NAME,
        additional_kwargs: foundNote(found.map((one) => one.tool.name)),
      });
    },
    {
      name: SEARCH_TOOL_NAME,
      description: `Finds tools that you have but do not see, and makes the ${RESULTS} best matches callable. Search for one thing at a time.`,
      schema: {
        type: "object",
        properties: {
          query: {
            type: "string",
            description:
              "What you want to do, and in which service if you know it: `create an issue in GitHub`, or the name of a tool.",
          },
        },
        required: ["query"],
        additionalProperties: false,
      },
    },
  ) as DynamicStructuredTool;
}
