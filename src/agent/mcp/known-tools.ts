import type { Logger } from "../../log/index.ts";
import { sha256 } from "../../shared/sha256.ts";
import { isEnabled } from "../servers/server-tools.ts";
import { shownName } from "../turns/call-names.ts";
import type { ToolDefinition } from "./list-tools.ts";
import { type McpTool, mcpTool, redefine, type ToolDeps } from "./mcp-tool.ts";
import type { ServerConnection } from "./server-connection.ts";
import { ToolNames } from "./tool-names.ts";
import { SchemaProblem } from "./tool-schema.ts";

/** Tools that notices name one by one. */
export const MAX_NAMED = 10;

/** Tools that a server may have had in the course of an execution; more than it may have at once. */
export const MAX_OF_SERVER = 20_000;

interface KnownToolsDeps extends ToolDeps {
  readonly log: Logger;
}

/** What became of a tool that a server describes. */
interface KnownTool {
  /** The SHA-256 of it as JSON: definitions of tools that are gone would fill the memory. */
  readonly definition: string;
  /** The one that was made of it, or of an earlier definition. */
  readonly tool: McpTool | undefined;
  /** Why it is left out, as a sentence. */
  readonly problem: string | undefined;
}

/** All tools that servers have described. One that changes, or comes back, keeps its name and its object. */
export class KnownTools {
  readonly #deps: KnownToolsDeps;
  readonly #names = new ToolNames();
  /** By the server's name and the tool's name there. */
  readonly #known = new Map<string, KnownTool>();
  /** By the server's name: the names of tools that it has had, up to the limit. */
  readonly #admitted = new Map<string, Set<string>>();
  /** Servers that have had more. */
  readonly #full = new Set<string>();

  constructor(deps: KnownToolsDeps) {
    this.#deps = deps;
  }

  /** Makes the tools that the servers have now. Those whose definition cannot be used are left out. */
  of(connections: readonly ServerConnection[]): readonly McpTool[] {
    const enabled = connections.flatMap((connection) =>
      connection.list.tools
        .filter(({ name }) => isEnabled(connection.resolved.server, name) && this.#isAdmitted(connection.name, name))
        .map((definition) => ({ connection, definition })),
    );
    this.#names.give(enabled.map(({ connection, definition }) => ({ server: connection.name, name: definition.name })));
    return enabled.flatMap(({ connection, definition }) => this.#toolOf(connection, definition) ?? []);
  }

  /** Those that are gone included. */
  get all(): readonly McpTool[] {
    return [...this.#known.values()].flatMap(({ tool }) => tool ?? []);
  }

  /** Which tools are left out, each in whole sentences. */
  *notices(): Generator<string> {
    const left = [...this.#known.values()].flatMap(({ problem }) => problem ?? []);
    yield* left.slice(0, MAX_NAMED);
    if (left.length > MAX_NAMED) yield `${left.length - MAX_NAMED} further tools of MCP servers are left out.`;
  }

  /** Whether a server may have one more tool: it may change its tools as often as it likes. */
  #isAdmitted(server: string, name: string): boolean {
    const names = this.#admitted.get(server) ?? new Set();
    this.#admitted.set(server, names);
    if (names.has(name)) return true;
    if (names.size < MAX_OF_SERVER) {
      names.add(name);
      return true;
    }
    if (!this.#full.has(server))
      this.#deps.log.warn(
        `The MCP server ${JSON.stringify(server)} has had ${MAX_OF_SERVER} tools in this execution: new ones are left out.`,
      );
    this.#full.add(server);
    return false;
  }

  /** @returns `undefined` if its definition cannot be used */
  #toolOf(connection: ServerConnection, definition: ToolDefinition): McpTool | undefined {
    const key = { server: connection.name, name: definition.name };
    const id = `${key.server}\0${key.name}`;
    const known = this.#known.get(id);
    const hash = sha256(JSON.stringify(definition));
    if (known?.definition === hash) return known.problem === undefined ? known.tool : undefined;
    let tool = known?.tool;
    let problem: string | undefined;
    try {
      if (tool === undefined) tool = mcpTool(connection, definition, this.#names.of(key), this.#deps);
      else redefine(tool, connection, definition, this.#deps);
    } catch (error) {
      if (!(error instanceof SchemaProblem)) throw error;
      problem = `The tool ${shownName(key.name)} of the MCP server ${JSON.stringify(key.server)} is left out: ${error.message}.`;
      this.#deps.log.warn(problem);
    }
    this.#known.set(id, { definition: hash, tool, problem });
    return problem === undefined ? tool : undefined;
  }
}
