// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of variables
import { describe, expect, test } from "bun:test";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { type AgentExecution, MessageType, ToolCallStatus } from "../../../src/stigmer/index.ts";
import type { OllamaDouble } from "../ollama-double.ts";
import { phaseOf, type StigmerUser } from "../stigmer-user.ts";
import { type HttpFaultName, startHttpFault } from "./http-faults.ts";
import type { HttpFault } from "./http-responses.ts";
import { serveMcp } from "./serve-mcp.ts";
import { startSseServer } from "./sse-server.ts";

/** A world in which executions run. */
export interface ExecutionWorld {
  readonly user: StigmerUser;
  readonly ollama: OllamaDouble;
  cancel(execution: AgentExecution): Promise<void>;
}

const SECRET = "hunter22-and-more";
const secrets = { runtimeEnv: { TOKEN: { value: SECRET, isSecret: true } } };

/** How executions use MCP servers over HTTP, in each mode. */
export function httpExecutionsContract(world: () => ExecutionWorld): void {
  const agentOf = (...urls: (readonly [name: string, url: string, headers?: Record<string, string>])[]) => ({
    instructions: "You help.",
    mcpServers: urls.map(([name, url, headers = {}]) => ({
      name,
      serverType: { case: "http" as const, value: { url, headers, timeoutSeconds: 60 } },
    })),
  });
  /** Calls a tool, then answers. */
  const calling = (name: string, args: Record<string, unknown>) =>
    world().ollama.converse((_, turn) => [{ text: "", tools: [{ name, args }] }, { text: "Done." }].at(turn));
  const system = () =>
    world()
      .ollama.requests.at(-1)
      ?.messages.find(({ role }) => role === "system")?.content ?? "";

  describe("an execution of an agent with HTTP servers", () => {
    test("calls their tools, and tells them apart", async () => {
      using one = startHttpFault("none");
      using two = startSseServer();
      const headers = { Authorization: "Bearer ${TOKEN}" };
      const session = await world().user.session(agentOf(["one", one.url, headers], ["two", two.url]));
      calling("two_echo", { text: "ü €" });
      const execution = await world().user.ask(session, "Echo", secrets);
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      expect(execution.status?.toolCalls.map(({ name, result }) => [name, result])).toEqual([
        ["two_echo", "echo: ü €"],
      ]);
      expect(one.headers[0]?.get("authorization")).toBe(`Bearer ${SECRET}`);
      expect([one.record, two.record]).toEqual([
        ["initialize", "DELETE"],
        ["initialize", "call echo"],
      ]);
      const { tools = [] } = world().ollama.requests.at(-1) ?? {};
      expect(tools.map(({ function: { name } }) => name)).toEqual(expect.arrayContaining(["one_echo", "two_echo"]));
    });

    test("connects to ten of them at the same time: none answers before all were asked", async () => {
      const count = 10;
      const all = Promise.withResolvers<void>();
      let asked = 0;
      const waits: HttpFault = async ({ message }) => {
        if (message?.method === "initialize" && ++asked === count) all.resolve();
        await all.promise;
        return undefined;
      };
      using opened = new DisposableStack();
      const servers = Array.from({ length: count }, () => opened.use(startHttpFault(waits)));
      const session = await world().user.session(
        agentOf(...servers.map(({ url }, index) => [`server-${index}`, url] as const)),
      );
      calling("server-9_echo", { text: "hi" });
      const execution = await world().user.ask(session, "Echo");
      expect(execution.status?.messages.filter(({ type }) => type === MessageType.MESSAGE_SYSTEM)).toEqual([]);
      expect(execution.status?.toolCalls.map(({ result }) => result)).toEqual(["echo: hi"]);
      expect(asked).toBe(count);
    });

    test("goes on without one that is not available, and tells the user and the agent why", async () => {
      using good = startHttpFault("none");
      using bad = startHttpFault("401");
      const headers = { Authorization: "Bearer ${TOKEN}" };
      const session = await world().user.session(agentOf(["good", good.url], ["bad", bad.url, headers]));
      calling("echo", { text: "hi" });
      const execution = await world().user.ask(session, "Echo", secrets);
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      const notices = execution.status?.messages.filter(({ type }) => type === MessageType.MESSAGE_SYSTEM) ?? [];
      const reason = "Check the value of the variable TOKEN (in its header Authorization).";
      expect(notices.map(({ content }) => content)).toEqual([expect.stringContaining(reason)]);
      expect(system()).toContain(reason);
      expect(system()).not.toContain(SECRET);
    });

    test("hides credentials of a definition that a server repeats in its errors", async () => {
      using server = Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: ({ url, headers }) => new Response(`${url} ${headers.get("authorization")}`, { status: 500 }),
      });
      const url = `http://127.0.0.1:${server.port}/mcp?api_key=credential-of-url`;
      const session = await world().user.session(
        agentOf(["one", url, { Authorization: "Bearer credential-of-header" }]),
      );
      calling("one_echo", {});
      const execution = await world().user.ask(session, "Echo");
      const texts = [...(execution.status?.messages ?? []).map(({ content }) => content), system()].join("\n");
      expect(texts).toContain("It answered with HTTP 500");
      expect(texts).not.toContain("credential-of");
    });

    test("fails at once if a definition cannot work, and names every problem", async () => {
      using server = startHttpFault("none");
      const asked = world().ollama.requests.length;
      const session = await world().user.session(
        agentOf(["good", server.url], ["one", "https://${MISSING}/"], ["two", "ftp://x"]),
      );
      const execution = await world().user.ask(session, "Hi");
      expect(phaseOf(execution)).toBe("EXECUTION_FAILED");
      expect(execution.status?.error).toContain('"one" needs the variable MISSING for its field url');
      expect(execution.status?.error).toContain('"two" cannot be used: its field url is "ftp://x"');
      expect(server.record).toEqual([]);
      expect(world().ollama.requests.length).toBe(asked);
    });

    test.each<[HttpFaultName, string]>([
      ["500 to a call", "Unknown whether it was executed: the server answered with HTTP 500"],
      ["401 to a call", "Not executed: the server refused the request."],
      ["a stream that breaks", "Unknown whether it was executed: the connection"],
    ])("tells the agent what is known of a call that failed: %s", async (fault, text) => {
      using server = startHttpFault(fault);
      const session = await world().user.session(agentOf(["faulty", server.url]));
      calling("echo", { text: "hi" });
      const execution = await world().user.ask(session, "Echo");
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      const [call] = execution.status?.toolCalls ?? [];
      expect(ToolCallStatus[call?.status ?? 0]).toBe("TOOL_CALL_FAILED");
      expect(call?.error).toContain(text);
      expect(world().ollama.requests.at(-1)?.messages.at(-1)?.content).toStartWith(text);
    });

    test("gives a sub-agent only the servers and tools that it names", async () => {
      using one = startHttpFault("none");
      using two = startHttpFault("none");
      const agent = agentOf(["one", one.url], ["two", two.url]);
      const scout = { name: "scout", instructions: "You scout.", mcpServers: ["two"] };
      const session = await world().user.session({ ...agent, subAgents: [scout] });
      const asked = world().ollama.requests.length;
      world().ollama.converse(({ messages }, turn) => {
        const isScout = messages[0]?.content.startsWith("You scout.") === true;
        if (turn > 0) return { text: "Done." };
        const task = { name: "task", args: { description: "Echo", subagent_type: "scout" } };
        return { text: "", tools: [isScout ? { name: "two_echo", args: { text: "hi" } } : task] };
      });
      const execution = await world().user.ask(session, "Delegate");
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      expect([one.record, two.record]).toEqual([
        ["initialize", "DELETE"],
        ["initialize", "call echo", "DELETE"],
      ]);
      const requests = world().ollama.requests.slice(asked);
      const ofScout = requests.find(({ messages }) => messages[0]?.content.startsWith("You scout."));
      const names = ofScout?.tools?.map(({ function: { name } }) => name) ?? [];
      expect(names.filter((name) => name.endsWith("_echo"))).toEqual(["two_echo"]);
    });

    test("uses servers of the protocol of 2026, which refuse the older handshake", async () => {
      const handler = createMcpHandler(
        () => {
          const modern = new McpServer({ name: "modern", version: "1" });
          modern.registerTool("today", { description: "The date" }, () => ({
            content: [{ type: "text", text: "2026-07-28" }],
          }));
          return modern;
        },
        { legacy: "reject" },
      );
      await using server = serveMcp(handler);
      const session = await world().user.session(agentOf(["modern", server.url]));
      calling("today", {});
      const execution = await world().user.ask(session, "Which day?");
      expect(execution.status?.toolCalls.map(({ result }) => result)).toEqual(["2026-07-28"]);
    });
  });
}
