import { cutBetweenWords } from "../../shared/text.ts";
import { type Parameter, parametersOf, type SearchableTool } from "./searchable-tool.ts";

/** Servers that the prompt names; it gives the number of the others. */
const SERVERS_SHOWN = 40;
/** Maximum length of a server's name in the prompt. */
const SERVER_NAME_LIMIT = 60;
/** Maximum length of a description in a result. */
const DESCRIPTION_LIMIT = 300;
/** Parameters of a tool in a result. */
const PARAMETERS_SHOWN = 12;
/** Maximum length of a parameter in a result. */
const PARAMETER_LIMIT = 120;

/** What the system prompt says about tools that the model does not see. */
export function moreToolsPrompt(tools: readonly SearchableTool[], searchTool: string): string {
  return [
    "## More tools",
    `Beside the tools that you see, you can use ${tools.length} more. Before you say that something is not possible, look for a tool with \`${searchTool}\`. They come from these servers: ${servers(tools)}.`,
  ].join("\n");
}

function servers(tools: readonly SearchableTool[]): string {
  const counts = new Map<string, number>();
  for (const { server } of tools) counts.set(server, (counts.get(server) ?? 0) + 1);
  const shown = [...counts]
    .slice(0, SERVERS_SHOWN)
    .map(([server, count]) => `${oneLine(server, SERVER_NAME_LIMIT)} (${count})`);
  const hidden = counts.size - shown.length;
  return [...shown, ...(hidden > 0 ? [`and ${hidden} more`] : [])].join(", ");
}

/** The result of a search, for the model. */
export function foundText(found: readonly SearchableTool[], total: number): string {
  if (found.length === 0)
    return `None of the ${total} tools matches. Say it in other words: what to do (create, list, send …), with what (an issue, a file, a message …), and in which service.`;
  const head = `The best matches among ${total} tools. You can call them from now on. If none of them fits, search with other words.`;
  return [head, ...found.map(toolText)].join("\n\n");
}

function toolText(searchable: SearchableTool): string {
  const { tool, server } = searchable;
  const parameters = parametersOf(searchable);
  const shown = parameters.slice(0, PARAMETERS_SHOWN).map(parameterText);
  const hidden = parameters.length - shown.length;
  const list = [...shown, ...(hidden > 0 ? [`and ${hidden} more`] : [])].join(", ");
  return [
    `${tool.name} (server ${oneLine(server, SERVER_NAME_LIMIT)})`,
    oneLine(tool.description, DESCRIPTION_LIMIT),
    `Parameters: ${list === "" ? "none" : list}`,
  ]
    .filter((line) => line !== "")
    .join("\n");
}

function parameterText({ name, type, isRequired }: Parameter): string {
  const text = type === "" ? name : `${name}: ${type}`;
  return `${oneLine(text, PARAMETER_LIMIT)}${isRequired ? " (required)" : ""}`;
}

function oneLine(text: string, limit: number): string {
  return cutBetweenWords(text.replace(/\s+/g, " ").trim(), limit);
}
