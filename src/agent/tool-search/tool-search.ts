import { SystemMessage, ToolMessage } from "@langchain/core/messages";
import { type DynamicStructuredTool, tool } from "@langchain/core/tools";
import type { AgentMiddleware } from "langchain";
import { asMiddleware, type WrapModelCall } from "../as-middleware.ts";
import { CurrentIndex } from "./current-index.ts";
import { foundNote, foundTools } from "./found-tools.ts";
import { foundText, moreToolsPrompt } from "./search-text.ts";
import { SEARCH_TOOL_NAME } from "./search-tool-name.ts";
import type { SearchableTool } from "./searchable-tool.ts";

/** Up to this many tools in all, those of the runner included, the model gets the definition of each. */
export const MAX_VISIBLE_TOOLS = 64;
/** Tools that one search finds. */
const RESULTS = 5;
/** Characters of a request that are searched for. */
const QUERY_LIMIT = 500;

type ModelRequest = Parameters<WrapModelCall>[0];

/** The tools that an agent may search. */
interface SearchableTools {
  /** Those that are there now: servers may change them at any time. */
  current(): Promise<readonly SearchableTool[]>;
}

/** Lets a model find its tools instead of seeing them all. */
export interface ToolSearch {
  /**
   * The same middleware, with the tool that searches. It and those inside of it see as many tools as the model: so what
   * counts the size of a prompt, such as the summarization, has to be it or inside of it.
   * @param before changes the tools of a request before some of them are hidden
   */
  around(middleware: AgentMiddleware, before?: AgentMiddleware): AgentMiddleware;
}

/** @param searchable tools that the agent has besides others */
export function toolSearch(searchable: SearchableTools): ToolSearch {
  const searchTool = searchToolFor(searchable);
  const narrowed = async (request: ModelRequest): Promise<ModelRequest> => {
    const others = request.tools.filter(({ name }: { readonly name?: unknown }) => name !== SEARCH_TOOL_NAME);
    const current = others.length > MAX_VISIBLE_TOOLS ? await searchable.current() : [];
    return current.length === 0 ? { ...request, tools: others } : withSearch(request, current);
  };
  return {
    around: (middleware, before) => {
      const inner = hookOf(middleware);
      const outer = hookOf(before);
      const wrapModelCall: WrapModelCall = async (request, handler) =>
        await outer(
          request,
          async (changed) =>
            (await inner(await narrowed({ ...request, ...changed }), handler)) as Awaited<ReturnType<typeof handler>>,
        );
      const changed = { ...middleware, tools: [...(middleware.tools ?? []), searchTool], wrapModelCall };
      return asMiddleware(changed);
    },
  };
}

/** A request with the tools that cannot be searched, the search, and the tools that were found. */
function withSearch(request: ModelRequest, searchable: readonly SearchableTool[]): ModelRequest {
  const names = new Set<unknown>(searchable.map(({ tool: { name } }) => name));
  const byName = new Map<unknown, ModelRequest["tools"][number]>(request.tools.map((one) => [one["name"], one]));
  const tools: ModelRequest["tools"] = request.tools.filter((one) => !names.has(one["name"]));
  for (const name of foundTools(request.state.messages, (one) => names.has(one))) {
    const found = byName.get(name);
    if (found !== undefined) tools.push(found);
  }
  // As one text: a second block would be a second message for some providers.
  const parts = [request.systemMessage.text, moreToolsPrompt(searchable, SEARCH_TOOL_NAME)];
  return { ...request, tools, systemMessage: new SystemMessage(parts.filter((part) => part !== "").join("\n\n")) };
}

function hookOf(middleware: AgentMiddleware | undefined): WrapModelCall {
  const hook = middleware?.wrapModelCall as WrapModelCall | undefined;
  return hook ?? (async (request, handler) => await handler(request));
}

function searchToolFor(searchable: SearchableTools): DynamicStructuredTool {
  const index = new CurrentIndex();
  return tool(
    async ({ query }: { query: string }, { toolCall }: { toolCall?: { id?: string } }) => {
      const current = await searchable.current();
      const found = (await index.of(current)).search(query.slice(0, QUERY_LIMIT), RESULTS);
      return new ToolMessage({
        content: foundText(found, current.length),
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
