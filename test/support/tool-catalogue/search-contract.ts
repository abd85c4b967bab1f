import { expect, test } from "bun:test";
import { join } from "node:path";
import { type AgentExecution, ToolCallStatus } from "../../../src/stigmer/index.ts";
import type { OllamaDouble } from "../ollama-double.ts";
import { phaseOf, type StigmerUser } from "../stigmer-user.ts";

/** Tokens that over 1,000 tools may cost in the prompt, with a first search. */
const MAX_COST = 3_000;
const CHARACTERS_PER_TOKEN = 4;

interface World {
  readonly ollama: OllamaDouble;
  readonly user: StigmerUser;
  /** Where the agents' programs run. */
  directory(): string;
}

/** How an agent with over a thousand tools of a stdio server works, in every mode. */
export function searchContract(mode: string, world: () => World): void {
  test(`in ${mode} mode, an agent with over 1,000 tools finds and calls one, also in the next message`, async () => {
    const { ollama, user, directory } = world();
    const value = { command: process.execPath, args: [join(import.meta.dir, "server.ts")] };
    const mcpServers = [{ name: "catalogue", serverType: { case: "stdio" as const, value } }];
    const session = await user.session({ instructions: "You help.", mcpServers });
    const results = ({ status }: AgentExecution) =>
      (status?.toolCalls ?? []).map((call) => `${ToolCallStatus[call.status]} ${call.result}`);
    const seen = (from: number) =>
      ollama.requests.slice(from).map(({ tools = [] }) => tools.map((one) => one.function.name));

    ollama.converse(() => ({ text: "I cannot." }));
    await user.ask(await user.session({ instructions: "You help." }), "Refund pay_1");
    const first = ollama.requests.length;
    ollama.converse((_, turn) =>
      [
        { tools: [{ name: "search_tools", args: { query: "give the customer their money back" } }] },
        { tools: [{ name: "stripe_refund_payment", args: { id: "pay_1" } }] },
        { text: "Done." },
      ].at(turn),
    );
    const execution = await user.ask(session, "Refund pay_1");
    expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
    const [search = "", refund] = results(execution);
    expect(search).toContain("stripe_refund_payment (server catalogue)");
    expect(refund).toBe(`TOOL_CALL_COMPLETED stripe_refund_payment ran in ${directory()}`);
    const [before = [], after = []] = seen(first);
    expect(before).toContain("search_tools");
    expect(before.length).toBeLessThan(20);
    expect(before).not.toContain("stripe_refund_payment");
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after).toContain("stripe_refund_payment");
    const tokens = (at: number) => JSON.stringify(ollama.requests[at]).length / CHARACTERS_PER_TOKEN;
    expect(tokens(first + 1) - tokens(first - 1)).toBeLessThanOrEqual(MAX_COST);
    const prompt = ollama.requests[first]?.messages.find(({ role }) => role === "system")?.content;
    expect(prompt).toContain("you can use 1207 more");

    const second = ollama.requests.length;
    ollama.converse((_, turn) =>
      [{ tools: [{ name: "slack_set_status", args: { id: "me" } }] }, { text: "Done." }].at(turn),
    );
    const next = await user.ask(session, "Set my status");
    expect(results(next)).toEqual([`TOOL_CALL_COMPLETED slack_set_status ran in ${directory()}`]);
    expect(seen(second)[0]).toEqual(after);
    expect(seen(second)[1]).toEqual([...after, "slack_set_status"]);
  });
}
