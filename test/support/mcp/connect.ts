import { join } from "node:path";
import { type McpDeps, McpServers } from "../../../src/agent/mcp/index.ts";
import { resolveServers } from "../../../src/agent/mcp/resolve-servers.ts";
import { withOutcome } from "../../../src/agent/tools/tool-outcome.ts";
import type { AgentDefinition, McpServer } from "../../../src/definition/index.ts";
import { silentLogger } from "../../../src/log/index.ts";
import type { Sandbox } from "../../../src/sandbox/index.ts";
import { SecretMask } from "../../../src/shared/secret-mask.ts";
import { silentCalls } from "../silent-calls.ts";
import { newMark } from "./mark.ts";
import type { StdioFaultName } from "./stdio-faults.ts";

/** A value of the environment that must never be shown. */
export const SECRET = "hunter22-and-more";

export const LIMITS = { connectLimitMs: 60_000, callLimitMs: 60_000 } as const;

/** An agent with these servers. */
export function agentWith(...mcpServers: McpServer[]): AgentDefinition {
  return {
    name: "agent",
    instructions: "",
    modelName: "",
    environment: { values: { SECRET, PLAIN: "plain" }, secretNames: ["SECRET"] },
    skills: [],
    mcpServers,
    subAgents: [],
  };
}

export function stdioServer(
  fault: StdioFaultName,
  more: Partial<Extract<McpServer, { kind: "stdio" }>> = {},
  mark: string = newMark(),
): McpServer {
  return {
    kind: "stdio",
    name: "faulty",
    command: process.execPath,
    args: [join(import.meta.dir, "fault-program.ts"), fault, mark],
    env: { RECORD: "record" },
    enabledTools: [],
    workingDirectory: "",
    ...more,
  };
}

export type MoreOfHttp = Partial<Extract<McpServer, { kind: "http" }>>;

export function httpServer(url: string, more: MoreOfHttp = {}): McpServer {
  return { kind: "http", name: "faulty", url, headers: {}, query: {}, timeoutMs: 60_000, enabledTools: [], ...more };
}

/** How a call ended, as the agent and the status see it. */
export interface Called {
  readonly text: string;
  readonly failure: string | undefined;
}

/** Servers of an agent in a sandbox. */
export class Connected implements AsyncDisposable {
  readonly servers: McpServers;

  constructor(servers: McpServers) {
    this.servers = servers;
  }

  static async open(agent: AgentDefinition, sandbox: Sandbox, deps: Partial<McpDeps> = {}): Promise<Connected> {
    const mask = new SecretMask();
    mask.add([SECRET]);
    const servers = await McpServers.connect(resolveServers(agent), {
      sandbox,
      mask: (text) => mask.mask(text),
      executionId: "aex-1",
      textOnly: () => false,
      descriptionLimit: 8_192,
      log: silentLogger,
      calls: silentCalls,
      signal: new AbortController().signal,
      ...LIMITS,
      ...deps,
    });
    return new Connected(servers);
  }

  /** Why a server is not available. */
  get reason(): string {
    return this.servers.unavailable[0]?.reason ?? "it is available";
  }

  names(): string[] {
    return this.servers.select().initial.map(({ tool }) => tool.name);
  }

  async currentNames(): Promise<string[]> {
    return (await this.servers.select().current()).map(({ tool }) => tool.name);
  }

  async content(name: string, args: object = { text: "hello" }): Promise<unknown> {
    const found = this.servers.select().initial.find(({ tool }) => tool.name === name);
    if (found === undefined) throw new Error(`There is no tool ${name}: ${this.names().join(", ")}; ${this.reason}`);
    return await found.tool.invoke(args);
  }

  async call(name = "echo", args: object = { text: "hello" }): Promise<Called> {
    const { result, outcome } = await withOutcome("call-1", async () => await this.content(name, args));
    const blocks = Array.isArray(result) ? result : [{ text: String(result) }];
    const text = blocks
      .map((block: { text?: string; mimeType?: string }) => block.text ?? `[${block.mimeType}]`)
      .join("\n");
    return { text, failure: outcome.failure };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.servers.close();
  }
}

/** @returns connects an agent in the sandbox to one server over HTTP */
export function httpConnector(sandbox: () => Sandbox) {
  return async (url: string, more: MoreOfHttp = {}, deps: Partial<McpDeps> = {}) =>
    await Connected.open(agentWith(httpServer(url, more)), sandbox(), deps);
}
