import { Database } from "bun:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { SubAgentStatus } from "../../src/stigmer/index.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { StigmerUser } from "../support/stigmer-user.ts";
import { task, testSubAgents } from "../support/sub-agents-contract.ts";

let world: LocalWorld;
let user: StigmerUser;
beforeAll(async () => {
  world = await localWorld();
  user = new StigmerUser(world.client);
});
afterAll(() => world[Symbol.asyncDispose]());

describe("sub-agents in local mode", () => {
  testSubAgents(() => ({ ollama: world.ollama, user }));

  test("a sub-agent that never stops is stopped after as many steps as an agent", async () => {
    let number = 0;
    world.ollama.converse(({ messages }) => {
      if (messages[0]?.content.includes("You never stop."))
        return { text: "", tools: [{ name: "ls", args: { path: `/${number++}` } }] };
      return messages.at(-1)?.role === "tool" ? { text: "It was stopped." } : { text: "", tools: [task("loop", "Go")] };
    });
    const spec = { instructions: "You lead.", subAgents: [{ name: "loop", instructions: "You never stop." }] };
    const { status } = await user.ask(await user.session(spec), "Go");
    expect(status?.messages.at(-1)?.content).toBe("It was stopped.");
    expect(status?.subAgentExecutions[0]).toMatchObject({
      status: SubAgentStatus.SUB_AGENT_FAILED,
      error: "Error: The sub-agent was stopped after 1000 steps without an answer. Give it a smaller task.",
    });
    expect(number).toBeGreaterThan(300);
  });

  test("what sub-agents remember is not stored", async () => {
    const databases = new Database(join(world.workspace, "../data/threads.db"), { readonly: true });
    using _ = databases;
    let namespaces: unknown[] = [];
    world.ollama.converse(({ messages }) => {
      if (messages[0]?.content.includes("You look.")) {
        namespaces = databases.query("SELECT DISTINCT namespace FROM checkpoints").values().flat();
        return { text: "Seen." };
      }
      return messages.at(-1)?.role === "tool" ? { text: "Done." } : { text: "", tools: [task("eye", "Look")] };
    });
    const spec = { instructions: "You lead.", subAgents: [{ name: "eye", instructions: "You look." }] };
    const { status } = await user.ask(await user.session(spec), "Go");
    expect(status?.messages.at(-1)?.content).toBe("Done.");
    expect(namespaces).toEqual([""]);
  });
});
