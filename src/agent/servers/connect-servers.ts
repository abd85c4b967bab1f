import type { AgentMiddleware } from "langchain";
import type { Provider } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import type { Sandbox } from "../../sandbox/index.ts";
import type { CallReporter } from "../events/call-reporter.ts";
import type { McpServers, ToolSelection } from "../mcp/index.ts";
import type { ResolvedServer } from "../mcp/resolved-server.ts";
import type { ToolSearch } from "../tool-search/index.ts";
import type { McpSettings } from "./mcp-settings.ts";

/** Characters of a tool's description. OpenAI refuses longer ones. */
const DESCRIPTION_LIMITS: Readonly<Partial<Record<Provider, number>>> = { openai: 1_024 };
const DESCRIPTION_LIMIT = 8_192;

interface ConnectOptions extends McpSettings {
  /** Tells observers of each call. */
  readonly calls: CallReporter;
  /** Of the model, and of the one that may take over. */
  readonly providers: readonly Provider[];
  /** Whether the model that is used now can only receive text. */
  readonly textOnly: () => boolean;
  readonly log: Logger;
}

interface ServerRun {
  readonly executionId: string;
  readonly mcpServers: readonly ResolvedServer[];
  readonly sandbox: Sandbox;
  /** Replaces secrets in texts of servers and about them. */
  readonly mask: (text: string) => string;
  readonly signal: AbortSignal;
}

/** The MCP servers of an agent, and what follows changes of their tools. */
export interface ConnectedServers extends AsyncDisposable {
  readonly mcp: McpServers;
  middleware(selection: ToolSelection): AgentMiddleware;
  /** For agents with many tools. */
  search(selection: ToolSelection): ToolSearch;
}

/** Connects the MCP servers of an agent. Loads nothing if it has none. @throws the signal's reason */
export async function connectServers(
  { executionId, mcpServers, sandbox, mask, signal }: ServerRun,
  { providers, ...options }: ConnectOptions,
): Promise<ConnectedServers | undefined> {
  if (mcpServers.length === 0) return undefined;
  const [{ McpServers, mcpMiddleware }, { toolSearch }] = await Promise.all([
    import("../mcp/index.ts"),
    import("../tool-search/index.ts"),
  ]);
  const mcp = await McpServers.connect(mcpServers, {
    ...options,
    sandbox,
    mask,
    executionId,
    descriptionLimit: Math.min(...providers.map((provider) => DESCRIPTION_LIMITS[provider] ?? DESCRIPTION_LIMIT)),
    signal,
  });
  return { mcp, middleware: mcpMiddleware, search: toolSearch, [Symbol.asyncDispose]: () => mcp.close() };
}
