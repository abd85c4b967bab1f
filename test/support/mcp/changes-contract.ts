import { describe, expect, test } from "bun:test";
import { fromJsonSchema } from "@modelcontextprotocol/server";
import { ToolCallStatus } from "../../../src/stigmer/index.ts";
import type { ChatRequest } from "../ollama-double.ts";
import { phaseOf } from "../stigmer-user.ts";
import { httpSpec, stdioSpec } from "./executions.ts";
import type { ExecutionWorld } from "./executions-contract.ts";
import { type HttpFaultName, startHttpFault } from "./http-faults.ts";
import { serveModernMcp } from "./modern-server.ts";

/** A server of the protocol of 2026 whose tools change when one is called: see `changedTools`. */
function modernServer() {
  let isChanged = false;
  const inputSchema = fromJsonSchema<{ text?: string }>({ type: "object" });
  const server = serveModernMcp((modern, tellOfChange) => {
    for (const name of isChanged ? ["echo", "new"] : ["echo", "old"])
      modern.registerTool(name, { description: isChanged ? "Changed." : "", inputSchema }, () => {
        isChanged = true;
        tellOfChange();
        return { content: [{ type: "text", text: `called ${name}` }] };
      });
  });
  return { spec: httpSpec("changing", server.url), [Symbol.dispose]: () => void server[Symbol.asyncDispose]() };
}

function faultServer(fault: HttpFaultName) {
  const server = startHttpFault(fault);
  return { spec: httpSpec("changing", server.url), [Symbol.dispose]: () => server[Symbol.dispose]() };
}

function program() {
  return { spec: stdioSpec("changing", "changes its tools"), [Symbol.dispose]: () => undefined };
}

/** How executions follow changes of their servers' tools, in each mode. */
export function changesContract(world: () => ExecutionWorld): void {
  const named = ({ tools = [] }: ChatRequest, name: string) => tools.find((tool) => tool.function.name === name);

  describe("an execution whose server changes its tools", () => {
    test.each([
      // These say it before they answer, so the model's next call has to know it.
      ["over HTTP, with the answer", () => faultServer("changes its tools, and says so with the answer"), "at once"],
      ["on standard output", program, "at once"],
      ["over HTTP, on another stream", () => faultServer("changes its tools, and says so on a stream of its own"), ""],
      ["with the protocol of 2026", modernServer, ""],
    ])("shows the new ones to the model, and says the truth of those that are gone: %s", async (_, start, when) => {
      using server = start();
      const session = await world().user.session({ instructions: "You help.", mcpServers: [server.spec] });
      const asked = world().ollama.requests.length;
      const rest = ["new", "old", "echo"];
      world().ollama.converse((request, turn) => {
        const isKnown = named(request, "new") !== undefined;
        if (!isKnown) return { delay: 20 * turn, tools: [{ name: "echo", args: { text: String(turn) } }] };
        const name = rest.shift();
        return name === undefined ? { text: "Done." } : { tools: [{ name, args: { text: "hi" } }] };
      });
      const execution = await world().user.ask(session, "Echo");
      expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
      const requests = world().ollama.requests.slice(asked);
      const first = requests.findIndex((request) => named(request, "new") !== undefined);
      if (when === "at once") expect(first).toBe(1);
      expect(requests.slice(0, first).every((request) => named(request, "old") !== undefined)).toBe(true);
      const later = requests.slice(first);
      expect(later.map((request) => named(request, "old"))).toEqual(later.map(() => undefined));
      expect(later.map((request) => named(request, "echo")?.function.description)).toEqual(later.map(() => "Changed."));
      const gone = 'Not executed: the MCP server "changing" does not have the tool old any more.';
      expect(
        execution.status?.toolCalls
          .slice(first)
          .map(({ name, status, result, error }) => [name, ToolCallStatus[status], result || error]),
      ).toEqual([
        ["new", "TOOL_CALL_COMPLETED", "called new"],
        ["old", "TOOL_CALL_FAILED", gone],
        ["echo", "TOOL_CALL_COMPLETED", "called echo"],
      ]);
      expect(later[2]?.messages.at(-1)?.content).toBe(gone);
    });
  });
}
