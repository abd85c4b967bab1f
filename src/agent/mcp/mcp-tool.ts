import { type DynamicStructuredTool, tool } from "@langchain/core/tools";
import type { JSONSchema } from "@langchain/core/utils/json_schema";
import { cutBetweenWords } from "../../shared/text.ts";
import type { CallReporter } from "../events/call-reporter.ts";
import { currentCallId, recordFailure } from "../tools/tool-outcome.ts";
import { CallError } from "./call-error.ts";
import type { ToolDefinition } from "./list-tools.ts";
import type { ServerConnection } from "./server-connection.ts";
import { type ResultDeps, resultBlocks, textOfBlocks } from "./tool-result.ts";
import { mendSchema } from "./tool-schema.ts";

/** A tool of a server, as the model sees it. */
export interface McpTool {
  /** The server's name in the agent's definition. */
  readonly server: string;
  /** The tool's name at the server; that of `tool` may be another one. */
  readonly name: string;
  /** Stays the same object if the server changes its definition: the agent library identifies tools by it. */
  readonly tool: DynamicStructuredTool;
}

export interface ToolDeps extends ResultDeps {
  /** Characters of a description; the rest is cut. */
  readonly descriptionLimit: number;
  /** Tells observers of each call. */
  readonly calls: Pick<CallReporter, "mcpCall">;
}

type Caller = Pick<ServerConnection, "name" | "resolved" | "call">;

/** @param shownName the name under which the model sees it @throws SchemaProblem if its schema cannot be used */
export function mcpTool(connection: Caller, definition: ToolDefinition, shownName: string, deps: ToolDeps): McpTool {
  const { name } = definition;
  const call = async (args: unknown) => await resultOf(connection, name, args as Record<string, unknown>, deps);
  const made = tool(call, { name: shownName, ...shown(connection, definition, deps) });
  return { server: connection.name, name, tool: made as DynamicStructuredTool };
}

/** Gives a tool the definition that its server has now. @throws SchemaProblem; then it is unchanged */
export function redefine({ tool }: McpTool, connection: Caller, definition: ToolDefinition, deps: ToolDeps): void {
  Object.assign(tool, shown(connection, definition, deps));
}

function shown(
  connection: Caller,
  { title, description, inputSchema }: ToolDefinition,
  { descriptionLimit }: ToolDeps,
) {
  const text = description?.trim() || title?.trim() || `A tool of the MCP server ${connection.name}.`;
  return { description: cutBetweenWords(text, descriptionLimit), schema: mendSchema(inputSchema) as JSONSchema };
}

/** @returns text if the call failed, and notes the failure */
async function resultOf(connection: Caller, name: string, args: Readonly<Record<string, unknown>>, deps: ToolDeps) {
  const { kind: transport } = connection.resolved.server;
  const ended = deps.calls.mcpCall({ callId: currentCallId(), server: connection.name, transport, tool: name });
  try {
    const result = await connection.call(name, args);
    ended(result.isError ? "tool-error" : undefined);
    const blocks = await resultBlocks(result, deps);
    return result.isError ? failed(`Failed: ${textOfBlocks(blocks)}`) : blocks;
  } catch (error) {
    ended(error instanceof CallError ? error.code : "cancelled");
    if (!(error instanceof CallError)) throw error;
    return failed(error.message);
  }
}

function failed(text: string): string {
  recordFailure(text);
  return text;
}
