import { describe, expect, test } from "bun:test";
import { createMcpHandler, fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import { MessageType } from "../../../src/stigmer/index.ts";
import { phaseOf } from "../stigmer-user.ts";
import type { ExecutionWorld } from "./executions-contract.ts";
import { startHttpFault } from "./http-faults.ts";
import { ODD_NAMES } from "./odd-tools.ts";
import { serveMcp } from "./serve-mcp.ts";

const SECRET = "hunter22-and-more";

/** A server with tools of these names. Each answers with its name, or with what `answer` makes of its argument. */
function toolServer(names: readonly string[], answer?: (text: string) => string, isError = false) {
  const calls: string[] = [];
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "tools", version: "1" });
    for (const name of names) {
      const inputSchema = fromJsonSchema<{ text?: string }>({
        type: "object",
        properties: { text: { type: "string" } },
      });
      server.registerTool(name, { description: `Does ${name}`, inputSchema }, ({ text = "" }) => {
        calls.push(name);
        return { content: [{ type: "text", text: answer?.(text) ?? name }], isError };
      });
    }
    return server;
  });
  return { ...serveMcp(handler), calls };
}

const serverOf = (name: string, url: string, enabledTools: string[] = []) => ({
  name,
  enabledTools,
  serverType: { case: "http" as const, value: { url, timeoutSeconds: 60 } },
});

/** Which tools of its servers an agent has, and what is shown of their calls, in each mode. */
export function mcpToolsContract(world: () => ExecutionWorld): void {
  const system = (execution: {
    status?: { messages: readonly { type: MessageType; content: string }[] } | undefined;
  }) =>
    (execution.status?.messages ?? [])
      .filter(({ type }) => type === MessageType.MESSAGE_SYSTEM)
      .map(({ content }) => content);

  describe("the tools of an agent's servers", () => {
    test("are those that the agent enables, and the user is told of one that the server does not have", async () => {
      await using server = toolServer(["read", "write"]);
      const session = await world().user.session({
        instructions: "You help.",
        mcpServers: [serverOf("files", server.url, ["read", "gone"])],
      });
      world().ollama.converse((_, turn) =>
        [
          { text: "", tools: [{ name: "write", args: {} }] },
          { text: "", tools: [{ name: "read", args: {} }] },
          { text: "Done." },
        ].at(turn),
      );
      const execution = await world().user.ask(session, "Write");
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      expect(server.calls).toEqual(["read"]);
      const names =
        world()
          .ollama.requests.at(-1)
          ?.tools?.map(({ function: { name } }) => name) ?? [];
      expect([names.includes("read"), names.includes("write")]).toEqual([true, false]);
      expect(execution.status?.toolCalls[0]?.error).toContain("write");
      expect(system(execution)).toEqual([expect.stringMatching(/"?files"?.*"?gone"?/)]);
    });

    test("are those that a sub-agent selects of its servers", async () => {
      await using server = toolServer(["read", "write"]);
      const scout = {
        name: "scout",
        instructions: "You scout.",
        mcpServers: ["files"],
        mcpToolSelections: { files: { enabledTools: ["read"] } },
      };
      const session = await world().user.session({
        instructions: "You help.",
        mcpServers: [serverOf("files", server.url)],
        subAgents: [scout],
      });
      const asked = world().ollama.requests.length;
      world().ollama.converse(({ messages }, turn) => {
        const isScout = messages[0]?.content.startsWith("You scout.") === true;
        const task = { name: "task", args: { description: "Read", subagent_type: "scout" } };
        const calls = isScout ? ["write", "read"].map((name) => ({ name, args: {} })) : [task];
        const call = calls[turn];
        return call === undefined ? { text: "Done." } : { text: "", tools: [call] };
      });
      const execution = await world().user.ask(session, "Delegate");
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      expect(server.calls).toEqual(["read"]);
      const ofScout = world()
        .ollama.requests.slice(asked)
        .find(({ messages }) => messages[0]?.content.startsWith("You scout."));
      const names = ofScout?.tools?.map(({ function: { name } }) => name) ?? [];
      expect([names.includes("read"), names.includes("write")]).toEqual([true, false]);
    });

    test("come once and in the agent's order to a sub-agent, however it lists its servers", async () => {
      await using one = toolServer(["one_a", "one_b"]);
      await using two = toolServer(["two_a"]);
      const [first, second] = [
        { name: "first", instructions: "You are first.", mcpServers: ["two", "one", "two", "one"] },
        {
          name: "second",
          instructions: "You are second.",
          mcpServers: ["two", "one"],
          mcpToolSelections: { one: { enabledTools: ["one_b", "one_b"] } },
        },
      ];
      const session = await world().user.session({
        instructions: "You help.",
        mcpServers: [serverOf("one", one.url), serverOf("two", two.url)],
        subAgents: [first, second],
      });
      const asked = world().ollama.requests.length;
      world().ollama.converse(({ messages }, turn) => {
        const isLead = messages[0]?.content.startsWith("You help.") === true;
        const tasks = [first, second].map(({ name }) => ({
          name: "task",
          args: { description: "Work", subagent_type: name },
        }));
        return isLead && turn === 0 ? { text: "", tools: tasks } : { text: "Done." };
      });
      expect(phaseOf(await world().user.ask(session, "Delegate"))).toBe("EXECUTION_COMPLETED");
      const offered = ({ instructions }: { instructions: string }) =>
        world()
          .ollama.requests.slice(asked)
          .find(({ messages }) => messages[0]?.content.startsWith(instructions))
          ?.tools?.map(({ function: { name } }) => name)
          .filter((name) => /^(one|two)_/.test(name));
      expect(offered(first)).toEqual(["one_a", "one_b", "two_a"]);
      expect(offered(second)).toEqual(["one_b", "two_a"]);
    });

    test("are checked before the model is asked: a sub-agent cannot select one that its server does not have", async () => {
      await using server = toolServer(["read"]);
      const scout = {
        name: "scout",
        instructions: "You scout.",
        mcpServers: ["files"],
        mcpToolSelections: { files: { enabledTools: ["delete_all"] } },
      };
      const session = await world().user.session({
        mcpServers: [serverOf("files", server.url)],
        subAgents: [scout],
      });
      const asked = world().ollama.requests.length;
      const execution = await world().user.ask(session, "Delegate");
      expect(phaseOf(execution)).toBe("EXECUTION_FAILED");
      expect(execution.status?.error).toContain(
        '"scout" selects "delete_all" of the MCP server "files", which has "read"',
      );
      expect(world().ollama.requests.length).toBe(asked);
    });

    test("have names and schemas that providers accept, and the user is told which are left out", async () => {
      using odd = startHttpFault("tools with odd definitions");
      const session = await world().user.session({ mcpServers: [serverOf("odd", odd.url)] });
      world().ollama.converse((_, turn) =>
        turn === 0 ? { text: "", tools: [{ name: "references", args: { text: "hi" } }] } : { text: "Done." },
      );
      const execution = await world().user.ask(session, "Work");
      expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
      expect(execution.status?.toolCalls[0]?.result).toBe("echo: hi");
      const { tools = [] } = world().ollama.requests.at(-1) ?? {};
      expect(tools.map((one) => one.function.name)).toEqual(expect.arrayContaining(ODD_NAMES));
      expect(system(execution)).toEqual([
        'The tool no_object of the MCP server "odd" is left out: its arguments are not an object, but "string".',
        'The tool bad_argument of the MCP server "odd" is left out: providers do not accept the name of its argument "a b".',
      ]);
    });

    test("may give long results, which are whole in a file of the sandbox", async () => {
      await using server = toolServer(["read"], () => `begin ${"x".repeat(50_000)} end`);
      const session = await world().user.session({ mcpServers: [serverOf("files", server.url)] });
      const command = `wc -c <"$(grep -rl 'begin x' .agent-runner/tool-results | head -n 1)"`;
      const tools = [
        { name: "read", args: {} },
        { name: "execute", args: { command } },
      ];
      world().ollama.converse((_, turn) => {
        const call = tools[turn];
        return call === undefined ? { text: "Done." } : { text: "", tools: [call] };
      });
      const execution = await world().user.ask(session, "Read");
      const [call, counted] = execution.status?.toolCalls ?? [];
      expect(call?.result.length).toBeLessThan(11_000);
      expect(counted?.result).toContain("50010");
    });

    test.each([false, true])("show no secret that they are given or repeat (isError: %p)", async (isError) => {
      await using server = toolServer(["send"], (text) => `got ${text}`, isError);
      const session = await world().user.session({ mcpServers: [serverOf("mail", server.url)] });
      world().ollama.converse((_, turn) =>
        turn === 0 ? { text: "", tools: [{ name: "send", args: { text: `key ${SECRET}` } }] } : { text: "Done." },
      );
      const runtimeEnv = { TOKEN: { value: SECRET, isSecret: true } };
      const execution = await world().user.begin(session, "Send it", { runtimeEnv });
      const seen = await world().user.follow(execution);
      expect(server.calls).toEqual(["send"]);
      const [call] = seen.at(-1)?.status?.toolCalls ?? [];
      expect(call?.args).toEqual({ text: "key ***" });
      expect(isError ? call?.error : call?.result).toContain("got key ***");
      const shown = seen.flatMap(({ status }) => [
        ...(status?.messages ?? []).map(({ content }) => content),
        ...(status?.toolCalls ?? []).flatMap(({ args, result, error }) => [JSON.stringify(args), result, error]),
      ]);
      expect(shown.join()).not.toContain(SECRET);
    });
  });
}
