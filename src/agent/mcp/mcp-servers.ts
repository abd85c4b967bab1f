import type { SubAgentDefinition } from "../../definition/index.ts";
import type { Logger } from "../../log/index.ts";
import type { Sandbox } from "../../sandbox/index.ts";
import { explained } from "../../shared/errors.ts";
import { firstNames, plural, sentence } from "../../shared/text.ts";
import { humanDuration } from "../../shared/time.ts";
import type { McpSettings } from "../servers/mcp-settings.ts";
import { isEnabled } from "../servers/server-tools.ts";
import { shownName } from "../turns/call-names.ts";
import { CallShare } from "./connections.ts";
import { KnownTools, MAX_NAMED } from "./known-tools.ts";
import type { McpTool, ToolDeps } from "./mcp-tool.ts";
import type { KnownServer, ResolvedServer } from "./resolved-server.ts";
import { ServerConnection } from "./server-connection.ts";
import { type ServerInstructions, selectInstructions } from "./server-instructions.ts";

/** Servers that the log names. */
const MAX_LOGGED = 20;

/** A server that the agent has to do without. */
export interface UnavailableServer {
  readonly name: string;
  /** Sentences, without secrets. */
  readonly reason: string;
}

/** The tools of an agent, or of one of its sub-agents. */
export interface ToolSelection {
  /** Those that were there when the servers were connected: the agent is built with them. */
  readonly initial: readonly McpTool[];
  /** Those that are there now: servers may change them at any time. */
  current(): Promise<readonly McpTool[]>;
  /** All that ever were there: one that is gone says so if it is called. */
  known(): readonly McpTool[];
}

export interface McpDeps extends McpSettings, Omit<ToolDeps, "sandbox"> {
  readonly sandbox: Sandbox;
  /** Replaces secrets in texts of servers and about them. */
  readonly mask: (text: string) => string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The MCP servers of an agent, connected for one execution. */
export class McpServers implements AsyncDisposable {
  readonly unavailable: readonly UnavailableServer[];
  /** What the servers say about the use of their tools. */
  readonly instructions: readonly ServerInstructions[];
  /** What the user should know, each in whole sentences. */
  readonly notices: readonly string[];
  readonly #connections: readonly ServerConnection[];
  readonly #tools: KnownTools;
  #current: readonly McpTool[];
  readonly #initial: readonly McpTool[];

  private constructor(
    connections: readonly ServerConnection[],
    unavailable: readonly UnavailableServer[],
    deps: McpDeps,
  ) {
    this.#connections = connections;
    this.#tools = new KnownTools(deps);
    this.unavailable = unavailable;
    this.#initial = this.#tools.of(connections);
    this.#current = this.#initial;
    const { instructions, notices } = selectInstructions(connections, deps.mask);
    this.instructions = instructions;
    this.notices = [...unavailable.map(unavailableText), ...this.#noticesOfTools(), ...notices];
  }

  /**
   * Connects to all servers at the same time. Those that cannot be connected are left out.
   * @throws the signal's reason
   */
  static async connect(resolved: readonly ResolvedServer[], deps: McpDeps): Promise<McpServers> {
    const startedAt = Date.now();
    const calls = new CallShare();
    const open = async (server: ResolvedServer) => {
      const connection = await ServerConnection.open(server, { ...connectionDeps(server, deps), calls });
      return { connection, tookMs: Date.now() - startedAt };
    };
    const results = await Promise.allSettled(resolved.map(open));
    const opened = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const connections = opened.map(({ connection }) => connection);
    if (deps.signal.aborted) await Promise.all(connections.map((connection) => connection.close()));
    deps.signal.throwIfAborted();
    const unavailable = results.flatMap((result, index) => {
      if (result.status === "fulfilled") return [];
      const name = resolved[index]?.server.name ?? "";
      const reason = explained(result.reason);
      deps.log.warn(`The MCP server ${JSON.stringify(name)} is not available: ${reason}`);
      return [{ name, reason }];
    });
    const servers = new McpServers(connections, unavailable, deps);
    const connected = opened.map(({ connection, tookMs }) => connectedText(connection, tookMs));
    deps.log.info(
      `MCP servers: ${connections.length} of ${resolved.length} connected after ${humanDuration(Date.now() - startedAt)}${connected.length === 0 ? "" : `: ${firstNames(connected, MAX_LOGGED)}`}`,
    );
    return servers;
  }

  /** The tools by the name of their server. A server that is not available is missing. */
  get tools(): ReadonlyMap<string, readonly McpTool[]> {
    const byServer = Map.groupBy(this.#initial, ({ server }) => server);
    return new Map(this.#connections.map(({ name }) => [name, byServer.get(name) ?? []]));
  }

  /** @param usages the servers and tools of a sub-agent, among those of the agent; absent: all of the agent */
  select(usages?: SubAgentDefinition["mcpServers"]): ToolSelection {
    const isSelected = ({ server, name }: McpTool) =>
      usages?.some((usage) => usage.server === server && isEnabled(usage, name)) ?? true;
    return {
      initial: this.#initial.filter(isSelected),
      current: async () => {
        const isNews = await Promise.all(this.#connections.map((connection) => connection.followChanges()));
        if (isNews.includes(true)) this.#current = this.#tools.of(this.#connections);
        return this.#current.filter(isSelected);
      },
      known: () => this.#tools.all.filter(isSelected),
    };
  }

  /** Ends all sessions and servers. Never throws. */
  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  *#noticesOfTools(): Generator<string> {
    for (const { name: server, list, resolved } of this.#connections) {
      for (const notice of list.notices) yield `The MCP server ${JSON.stringify(server)}: ${notice}`;
      const names = new Set(list.tools.map(({ name }) => name));
      const missing = resolved.server.enabledTools.filter((name) => !names.has(name));
      if (missing.length > 0)
        yield `The MCP server ${JSON.stringify(server)} does not have the enabled ${missing.length === 1 ? "tool" : "tools"} ${firstNames(missing.map(shownName), MAX_NAMED)}: the agent works without. Check enabled_tools in its definition.`;
    }
    yield* this.#tools.notices();
  }
}

/** `"shop" (stdio, 0.4 s, 12 tools)` */
function connectedText({ name, list, resolved }: ServerConnection, ms: number): string {
  return `${JSON.stringify(name)} (${resolved.server.kind}, ${humanDuration(ms)}, ${plural(list.tools.length, "tool")})`;
}

/** How much longer a container may take to connect than a program: its image may have to be pulled first. */
const CONTAINER_FACTOR = 4;

function connectLimitMs(server: KnownServer, limitMs: number): number {
  if (server.kind === "http") return server.timeoutMs;
  return server.kind === "docker" ? CONTAINER_FACTOR * limitMs : limitMs;
}

function unavailableText({ name, reason }: UnavailableServer): string {
  return `The MCP server ${JSON.stringify(name)} is not available: ${sentence(reason)} The agent works without its tools.`;
}

function connectionDeps({ server }: ResolvedServer, deps: McpDeps) {
  const callLimitMs = server.kind === "http" ? server.timeoutMs : deps.callLimitMs;
  return { ...deps, callLimitMs, connectLimitMs: connectLimitMs(server, deps.connectLimitMs) };
}
